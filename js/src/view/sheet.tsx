// One prompt and its answers, in the order and the way the reader wants to see them.

import type { RefObject } from 'preact';
import { useRef, useState } from 'preact/hooks';
import type { Answer, Comparison, Model, Prompt, Reply } from '../messages';
import { Ask } from './ask';
import { Card } from './card';
import { byRepeat, Columns } from './columns';
import { Copy } from './copy_button';
import { scaleOf } from './facts';
import type { Host } from './host';
import type { Rate } from './judging';
import type { Tools } from './tools';
import { column, concealed, growing, sorted, type Column, type SetUi, type Ui } from './ui';

interface SheetProps {
  comparison: Comparison;
  prompt: Prompt;
  ui: Ui;
  set: SetUi;
  host: Host;
  tools: Tools | null;
  /** What has the view's keys. */
  root: RefObject<HTMLElement | null>;
  onStop: (model: Model) => Promise<void>;
  onVoted: (reply: Extract<Reply, { answer: 'voted' }>) => void;
  onPrompt: (step: 1 | -1) => void;
}

/** An answer without what may tell whose it is. */
function veiled(answer: Answer): Answer {
  const { reasoning, failure, ...rest } = answer;
  if (!failure) return reasoning === undefined ? answer : rest;
  return { ...rest, failure: { kind: failure.kind, message: `This answer failed (${failure.kind.replaceAll('_', ' ')}).` } };
}

export function Sheet({ comparison, prompt, ui, set, host, tools, root, onStop, onVoted, onPrompt }: SheetProps) {
  const { run, models } = comparison;
  const [requested, setRequested] = useState<Answer | null>(null);
  const mixed = ui.blind && !run.blind ? tools : null;
  const hides = concealed(comparison, prompt, ui);
  const order = mixed ? mixed.shuffled(prompt.answers, run.id, prompt.id) : prompt.answers;
  const labels = mixed ? mixed.letters(order) : new Map<string, string>();
  const rows = byRepeat(order)
    .map((row) => sorted(row, run.blind || mixed ? 'asked' : ui.sort))
    // Which models were hidden would tell who is behind the letters that are left.
    .map((row) => row.filter((answer) => mixed !== null || !ui.hidden.has(column(answer))))
    .filter((row) => row.length > 0);
  const scale = scaleOf(prompt.answers);
  const scores = tools?.scoresOf(prompt.answers, comparison.votes.filter((vote) => vote.prompt === prompt.id));

  const labelOf = (answer: Answer): string | undefined => labels.get(answer.id) ?? answer.label;
  const modelOf = (answer: Answer | null): Model | null =>
    hides ? null : (models[answer?.model ?? -1] ?? null);
  const nameOf = (answer: Answer): string => {
    const model = modelOf(answer);
    if (!model) return labelOf(answer) ?? 'Answer';
    return models.filter(({ name }) => name === model.name).length > 1 ? model.id : model.name;
  };
  const rater = useRef<Rate>(() => undefined);
  // By its letter where there is one: what was chosen by name, or at another prompt, would tell who is behind it.
  const place = (answer: Answer): Column => labels.get(answer.id) ?? column(answer);
  const base = (row: readonly Answer[]): Answer | undefined =>
    ui.mode === 'diff' ? (row.find((answer) => place(answer) === ui.base) ?? row[0]) : undefined;

  const card = (answer: Answer, from: Answer | undefined) => {
    const model = modelOf(answer);
    const said = scores?.get(answer.id);
    return (
      <Card
        key={answer.id}
        answer={hides ? veiled(answer) : answer}
        model={model}
        label={labelOf(answer)}
        scale={scale}
        format={hides ? 'rendered' : ui.format}
        host={host}
        onStop={onStop}
        judged={tools && said?.length ? <tools.Judged scores={said} /> : null}
        aside={
          from &&
          answer.text && (
            <button
              type="button"
              class="rbv-btn rbv-quiet"
              aria-pressed={from === answer}
              title="Show how the others differ from this answer"
              onClick={() => { set({ base: place(answer) }); }}
            >
              Base
            </button>
          )
        }
        // Not while they grow: each piece would compare everything anew.
        instead={tools && from?.text && from !== answer && answer.text && !growing(from) && !growing(answer) ? <tools.DiffText base={from.text} other={answer.text} /> : undefined}
      >
        {tools && ui.judging === 'rating' && answer.phase === 'done' && (
          <tools.RateButtons
            answer={answer}
            name={nameOf(answer)}
            rating={tools.standingRating(comparison.votes, answer)?.rating ?? null}
            disabled={host.unavailable() !== null}
            onRate={(one, rating) => { rater.current(one, rating); }}
          />
        )}
        {answer.text && <Copy text={() => answer.text ?? ''} title="Copy this answer as it was written" />}
        {tools && model && answer.phase !== 'missing' && (
          <button type="button" class="rbv-btn rbv-quiet" onClick={() => { setRequested(answer); }}>
            Request
          </button>
        )}
        {tools && model && <tools.UseButtons run={run} prompt={prompt} answer={answer} model={model} name={nameOf(answer)} host={host} />}
      </Card>
    );
  };
  const panel = modelOf(requested);
  return (
    <>
      <Ask prompt={prompt} of={run.prompts} />
      {tools && ui.mode === 'table' ? (
        <tools.TableTwin
          answers={rows.flat()}
          models={models}
          scores={scores ?? new Map()}
          name={(answer) => modelOf(answer)?.id ?? nameOf(answer)}
          repeats={run.repeats > 1}
          hides={hides}
        />
      ) : (
        <Columns rows={rows} repeats={run.repeats} card={(answer, row) => card(answer, base(row))} />
      )}
      {tools && <tools.Judging
        comparison={comparison}
        prompt={prompt}
        shown={rows.flat()}
        names={nameOf}
        blind={hides || (run.blind && prompt.answers.some(({ model }) => model === null))}
        mode={ui.judging}
        host={host}
        root={root}
        rater={rater}
        onMode={(judging) => { set({ judging }); }}
        onVoted={onVoted}
        onPrompt={onPrompt}
      />}
      {tools && requested && panel && (
        <tools.RequestPanel
          answer={requested}
          prompt={prompt}
          model={panel}
          run={run}
          host={host}
          onClose={() => { setRequested(null); }}
        />
      )}
    </>
  );
}
