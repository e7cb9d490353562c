// The comparison as it grows: pure functions from what is known and a message to what is known then.
// What did not change keeps its identity, so that a view draws only what did.

import type { Answer, Change, Changes, Comparison, Reply } from '../messages';

export interface State {
  comparison: Comparison;
  /** Of the last message; `null` when it is not known, and any message may follow. */
  seq: number | null;
  /** Where an answer is: its prompt's index and its own. */
  places: ReadonlyMap<string, readonly [prompt: number, answer: number]>;
}

export function stateOf(comparison: Comparison, seq: number | null = null): State {
  const places = new Map<string, [number, number]>();
  comparison.prompts.forEach((prompt, p) => {
    prompt.answers.forEach((answer, a) => places.set(answer.id, [p, a]));
  });
  return { comparison, seq, places };
}

/** The state after a message; the same state when it is known already; `null` when one before it is missing. */
export function changed(state: State, message: Changes): State | null {
  if (state.seq !== null) {
    if (message.seq <= state.seq) return state;
    if (message.seq > state.seq + 1) return null;
  }
  const before = state.comparison;
  const prompts = [...before.prompts];
  for (const change of message.changes) {
    const [p = -1, a = -1] = state.places.get(change.answer) ?? [];
    const prompt = prompts[p];
    const answer = prompt?.answers[a];
    if (!prompt || !answer) continue; // of a prompt beyond those shown
    // Copied once for each message, then written to.
    const own = prompt === before.prompts[p] ? { ...prompt, answers: [...prompt.answers] } : prompt;
    own.answers[a] = grown(answer, change);
    prompts[p] = own;
  }
  const summaries = message.summaries;
  const comparison: Comparison = {
    ...before,
    prompts: message.changes.length ? prompts : before.prompts,
    run: message.run ? { ...before.run, ...message.run } : before.run,
    models: summaries
      ? before.models.map((model, index) => (summaries[index] ? { ...model, summary: summaries[index] } : model))
      : before.models,
  };
  return { ...state, comparison, seq: message.seq };
}

function grown(answer: Answer, change: Change): Answer {
  const made = { ...answer, ...change.set };
  if (change.text) made.text = (made.text ?? '') + change.text;
  if (change.reasoning) made.reasoning = (made.reasoning ?? '') + change.reasoning;
  return made;
}

/** The comparison after a vote was stored; in a blind run, with the prompt it opened. */
export function voted(comparison: Comparison, reply: Extract<Reply, { answer: 'voted' }>): Comparison {
  const { vote, prompt, models } = reply;
  return {
    ...comparison,
    models: models ?? comparison.models,
    prompts: prompt ? comparison.prompts.map((one) => (one.id === prompt.id ? prompt : one)) : comparison.prompts,
    votes: [...comparison.votes.filter((one) => one.id !== vote.id), vote],
  };
}
