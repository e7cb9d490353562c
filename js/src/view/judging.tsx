// The bar under the answers: which of two is better, or how good each is; by mouse, by touch, or by keyboard alone.

import type { ComponentChildren, RefObject } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Answer, Ballot, Comparison, Prompt, Reply, Winner } from '../messages';
import type { Host } from './host';
import {
  besides,
  currentPair,
  ended,
  factsOf,
  nextPair,
  pairBallot,
  pairs,
  ratingBallot,
  standingPair,
  standingRating,
  verdict,
} from './judge';
import { useKeys } from './keys';
import { growing, type Judging as Mode } from './ui';
import { oneLine } from './words';

const WINNERS: readonly Winner[] = ['a', 'b', 'tie', 'both_bad'];
const RATINGS = [1, 2, 3, 4, 5];
const LONGEST_NOTE = 10_000; // as in src/routebook/votes.py

/** Who votes here: known from the first vote on. */
let voter: string | null = null;

export type Rate = (answer: Answer, rating: number) => void;

export interface JudgingProps {
  comparison: Comparison;
  prompt: Prompt;
  /** In the order shown. */
  shown: readonly Answer[];
  /** What an answer is called: by its letter while it is blind. */
  names: (answer: Answer) => string;
  /** Whether names, times and costs are hidden now. */
  blind: boolean;
  mode: Mode;
  host: Host;
  root: RefObject<HTMLElement | null>;
  /** Takes the way to rate an answer, for the buttons on the cards. */
  rater?: { current: Rate };
  onMode: (mode: Mode) => void;
  onVoted: (reply: Extract<Reply, { answer: 'voted' }>) => void;
  onPrompt: (step: 1 | -1) => void;
}

export function Judging(props: JudgingProps) {
  const { comparison, prompt, shown, names, blind, mode, host, root, rater, onMode, onVoted, onPrompt } = props;
  const { run, models } = comparison;
  const [trouble, setTrouble] = useState('');
  const [note, setNote] = useState('');
  const [writing, setWriting] = useState(false);
  const [sending, setSending] = useState(false);
  const [, again] = useState({});
  const kept = useRef<readonly string[]>([]);
  const rated = useRef('');
  const sent = useRef<Promise<boolean> | null>(null);
  const field = useRef<HTMLInputElement>(null);
  const hidden = useRef(blind);

  // What was looked at before would tell who is behind the letters.
  if (blind && !hidden.current) {
    kept.current = [];
    rated.current = '';
  }
  hidden.current = blind;
  const waits = prompt.answers.some(growing);
  const finished = blind && waits ? [] : ended(shown);
  const votes = comparison.votes.filter((vote) => vote.prompt === prompt.id && (vote.blind || !blind));
  const all = pairs(finished);
  // A pair stays while other answers end, or a key would be for another one than was read.
  const pair = currentPair(all, votes, kept.current);
  if (pair) kept.current = pair.map(({ id }) => id);
  const active = waits && !pair ? undefined : (finished.find(({ id }) => id === rated.current) ?? finished[0]);
  const pairing = mode === 'pair' ? pair : undefined;
  const vote = pairing ? standingPair(votes, pairing) : active && standingRating(votes, active);
  const why = host.unavailable();

  const send = async (ballot: Ballot): Promise<boolean> => {
    try {
      const reply = await host.ask({ kind: 'vote', run: run.id, ballot });
      if (!reply.ok) throw new Error(reply.error);
      if (reply.answer !== 'voted') return false;
      voter = reply.vote.by;
      setNote((now) => (now.trim() === (ballot.note ?? '') ? '' : now));
      onVoted(reply);
      return true;
    } catch (error) {
      setTrouble(error instanceof Error ? error.message : String(error));
      return false;
    }
  };
  // One after the other, so that the last word is the last in the store too.
  const cast = (ballot: Ballot): void => {
    setTrouble('');
    setWriting(false);
    setSending(true);
    const mine = (sent.current ?? Promise.resolve()).then(() => send(ballot));
    sent.current = mine;
    void mine.then(() => {
      if (sent.current !== mine) return;
      sent.current = null;
      setSending(false);
    });
  };
  const facts = () => factsOf(prompt, shown, blind, note);
  const rate: Rate = (answer, rating) => {
    if (why || !finished.includes(answer)) return;
    rated.current = answer.id;
    cast(ratingBallot(answer, rating, facts()));
  };
  if (rater) rater.current = rate;
  const choices = pairing
    ? WINNERS.map((winner) => () => { if (!why) cast(pairBallot(pairing, winner, facts())); })
    : active
      ? RATINGS.map((rating) => () => { rate(active, rating); })
      : [];

  const more = (pairing ? all : finished).length > 1;
  const next = (step = 1): void => {
    if (pairing) kept.current = nextPair(all, votes, pairing).map(({ id }) => id);
    else if (active) rated.current = finished.at((finished.indexOf(active) + step) % finished.length)?.id ?? '';
    setTrouble('');
    again({});
  };
  const change = (): void => { onMode(pairing ? 'rating' : 'pair'); };
  const focus = (): void => { root.current?.focus({ preventScroll: true }); };
  const step = (by: 1 | -1): void => {
    focus(); // what had it may go with the prompt
    // That a vote is refused must be seen: it is waited for.
    if (sent.current) void sent.current.then((stored) => { if (stored) onPrompt(by); });
    else onPrompt(by);
  };

  useKeys(root, {
    ...Object.fromEntries(choices.map((choose, index) => [index + 1, choose])),
    ...(active && more && { n: next }),
    ...(active && more && !pairing && { ArrowRight: next, ArrowLeft: () => { next(-1); } }),
    ...(pair && { r: change }),
    ...(active && { m: () => { setWriting(true); } }),
    ...(run.prompts > 1 && { j: () => { step(1); }, k: () => { step(-1); } }),
  });
  // What has the focus on a card is about its answer.
  useEffect(() => {
    const element = root.current;
    const look = ({ target }: FocusEvent): void => {
      const id = (target as Element).closest('[data-answer]')?.getAttribute('data-answer');
      if (!id) return;
      rated.current = id;
      again({});
    };
    element?.addEventListener('focusin', look);
    return () => { element?.removeEventListener('focusin', look); };
  }, [root]);
  // At once, or what is typed next would be keys of the view.
  useLayoutEffect(() => { if (writing) field.current?.focus(); }, [writing]);

  // While nothing can be judged yet it is drawn unseen, so that nothing moves when it can.
  const about = pairing ?? (active ? [active] : mode === 'pair' ? shown.slice(0, 2) : shown);
  const [first] = about;
  if (!first || (!active && !waits)) return null;
  const comparing = about.length === 2 && mode === 'pair';
  const called = about.map((answer) => oneLine(names(answer), 60));
  const repeat = run.repeats > 1 ? ` in repeat ${first.repeat + 1}` : '';
  const saying = vote && verdict(vote, called) + besides(vote);
  const dot = (answer: Answer | undefined) => {
    const model = blind ? undefined : models[answer?.model ?? -1];
    return model && <i class={`rbv-dot rbv-m${model.colour % 8}`} />;
  };
  return (
    <div class={`rbv-judge ${active ? '' : 'rbv-unseen'}`} role="group" aria-label="Judge the answers">
      <strong>
        {comparing ? `Which is better${repeat}?` : <>Rate {dot(first)} {called[0]}{repeat}</>}
      </strong>
      {comparing ? (
        <span class="rbv-keys">
          {WINNERS.map((winner, index) => (
            <Key
              keys={String(index + 1)}
              pressed={vote?.kind === 'pair' && vote.winner === winner}
              off={!!why}
              onClick={choices[index]}
            >
              {dot(about[index])}
              <span>{called[index] ?? (winner === 'tie' ? 'Tie' : 'Both bad')}</span>
            </Key>
          ))}
        </span>
      ) : (
        <RateButtons
          answer={first}
          name={called[0] ?? ''}
          rating={vote?.kind === 'rating' ? vote.rating : null}
          disabled={!!why}
          onRate={rate}
        />
      )}
      <span class="rbv-rest">
        {writing && (
          <input
            ref={field}
            type="text"
            value={note}
            maxLength={LONGEST_NOTE}
            aria-label="Note for the next vote"
            placeholder="Why? Enter keeps it for your vote"
            onInput={(event) => { setNote(event.currentTarget.value); }}
            onKeyDown={(event) => {
              if (event.isComposing || (event.key !== 'Enter' && event.key !== 'Escape')) return;
              event.preventDefault();
              event.stopPropagation();
              if (event.key === 'Escape') setNote('');
              setWriting(false);
              focus();
            }}
          />
        )}
        <span class={writing ? 'rbv-said' : 'rbv-verdict'} role="status" title={saying}>
          {vote ? (
            <>
              {vote.by === voter ? 'You' : oneLine(vote.by, 40)} said: {saying}
            </>
          ) : (
            <span class="rbv-said">{called.join(' or ')}</span>
          )}
        </span>
        {sending && <span class="rbv-wait rbv-soft">Storing …</span>}
        <span class="rbv-keys">
          {more && <Key keys="n" quiet onClick={() => { next(); }}>{comparing ? 'Next pair' : 'Next answer'}</Key>}
          {pair && <Key keys="r" quiet onClick={change}>{comparing ? 'Rate' : 'Compare'}</Key>}
          <Key
            keys="m"
            quiet
            pressed={writing || !!note.trim()}
            title={oneLine(note, 300)}
            onClick={() => { setWriting(!writing); }}
          >
            Note
          </Key>
          {run.prompts > 1 && (
            <>
              <Key keys="k" quiet title="Previous prompt" onClick={() => { step(-1); }}>‹</Key>
              <Key keys="j" quiet title="Next prompt" onClick={() => { step(1); }}>›</Key>
            </>
          )}
        </span>
      </span>
      {why && <p class="rbv-soft">{why}</p>}
      {trouble && <p class="rbv-bad" role="alert">Your vote is not stored: {oneLine(trouble, 400)}</p>}
    </div>
  );
}

interface KeyProps {
  keys: string;
  children: ComponentChildren;
  onClick: (() => void) | undefined;
  pressed?: boolean;
  /** Can be reached and read, but not pressed. */
  off?: boolean;
  quiet?: boolean;
  title?: string;
}

/** A button that shows its key. */
const Key = ({ keys, children, onClick, pressed, off, quiet, title }: KeyProps) => (
  <button
    type="button"
    class={`rbv-btn rbv-key ${quiet ? 'rbv-quiet' : ''}`}
    title={title}
    aria-keyshortcuts={keys}
    aria-pressed={pressed}
    aria-disabled={off}
    onClick={onClick}
  >
    <kbd aria-hidden="true">{keys}</kbd> {children}
  </button>
);

interface RateProps {
  answer: Answer;
  name: string;
  /** The one that stands. */
  rating: number | null;
  disabled: boolean;
  onRate: Rate;
}

/** How good one answer is, from 1 to 5. */
export const RateButtons = ({ answer, name, rating, disabled, onRate }: RateProps) => (
  <span class="rbv-rate" role="group" aria-label={`Rating of ${name}, 1 is worst, 5 is best`}>
    {RATINGS.map((one) => (
      <button
        type="button"
        class="rbv-btn"
        aria-pressed={one === rating}
        aria-disabled={disabled}
        onClick={() => { if (!disabled) onRate(answer, one); }}
      >
        {one}
      </button>
    ))}
  </span>
);
