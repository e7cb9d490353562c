// One prompt, its two answers, and what is better: by mouse, by touch, or by keyboard alone, with the keys of the view.

import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Winner } from '../messages';
import { useKeys } from '../view/keys';
import { LONGEST_NOTE } from './file';
import type { ScreenProps } from './page';
import { annotate, go, say } from './state';

const CHOICES: readonly (readonly [Winner, string])[] = [
  ['a', 'A is better'],
  ['b', 'B is better'],
  ['tie', 'Tie'],
  ['both_bad', 'Both bad'],
];

export function Pair({ ballot, state, onState }: ScreenProps) {
  const page = useRef(document.documentElement);
  const note = useRef<HTMLInputElement>(null);
  const answers = useRef<HTMLElement>(null);
  const [keys, setKeys] = useState(true);
  const id = state.items[state.here] ?? '';
  const item = ballot.items.find((one) => one.id === id);
  const said = state.votes[id]?.winner;
  const choose = (winner: Winner): void => { onState((now) => say(now, id, winner, new Date())); };
  const back = (): void => { onState((now) => go(now, now.here - 1)); };
  const next = (): void => { onState((now) => go(now, now.here + 1)); };

  useKeys(page, keys
    ? {
        ...Object.fromEntries(CHOICES.map(([winner], index) => [index + 1, () => { choose(winner); }])),
        j: next,
        ArrowRight: next,
        k: back,
        ArrowLeft: back,
        m: () => { note.current?.focus(); },
      }
    : {});
  if (!item) return null;
  const last = state.here === state.items.length - 1;
  return (
    <>
      <section ref={answers} class="rb rbb-pair" aria-label={`Pair ${state.here + 1}`} tabIndex={-1}>
        <Written key={`p${item.prompt}`} id={`p${item.prompt}`} />
        <div class="rbb-two">
          {(['a', 'b'] as const).map((side) => (
            <article class={said === side ? 'rbb-won' : ''} aria-labelledby={`rbb-${side}`}>
              <h2 id={`rbb-${side}`}>{side.toUpperCase()}</h2>
              <Written key={`t${item[side]}`} id={`t${item[side]}`} body />
            </article>
          ))}
        </div>
      </section>
      <div class="rbb-bar" role="group" aria-label="Which answer is better?">
        <div class="rbb-choices">
          {CHOICES.map(([winner, words], index) => (
            <Button key={winner} hint={keys && String(index + 1)} pressed={said === winner} onClick={() => { choose(winner); }}>
              {words}
            </Button>
          ))}
        </div>
        <label>
          {keys && <kbd aria-hidden="true">m</kbd>}
          <input
            ref={note}
            type="text"
            value={state.notes[id] ?? ''}
            maxLength={LONGEST_NOTE}
            aria-label="Why? A note that goes with your vote, if you like"
            aria-keyshortcuts={keys ? 'm' : undefined}
            placeholder="Why?"
            autocomplete="off"
            onInput={({ currentTarget }) => { onState((now) => annotate(now, id, currentTarget.value)); }}
            onKeyDown={(event) => {
              if (event.isComposing || (event.key !== 'Enter' && event.key !== 'Escape')) return;
              event.preventDefault();
              answers.current?.focus({ preventScroll: true });
            }}
          />
        </label>
        <div class="rbb-ways">
          <button
            type="button"
            class="rbb-quiet"
            aria-pressed={keys}
            title="Whether single keys vote and turn pages"
            onClick={() => { setKeys(!keys); }}
          >
            Keys
          </button>
          <Button hint={keys && 'k'} off={state.here === 0} onClick={back}>Back</Button>
          <Button hint={keys && 'j'} onClick={next}>{last ? 'Finish' : said ? 'Next' : 'Skip'}</Button>
        </div>
      </div>
    </>
  );
}

/** What Python wrote into a template of the page. */
function Written({ id, body = false }: { id: string; body?: boolean }) {
  const place = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const template = document.querySelector<HTMLTemplateElement>(`template#${id}`);
    if (template) place.current?.replaceChildren(template.content.cloneNode(true));
    for (const wide of place.current?.querySelectorAll<HTMLElement>('pre, table') ?? []) {
      if (wide.scrollWidth > wide.clientWidth) wide.tabIndex = 0; // what scrolls can be reached by keyboard
    }
  }, [id]);
  return <div ref={place} class={body ? 'rb-body' : 'rbb-asked'} />;
}

interface ButtonProps {
  /** The key that does the same. */
  hint: string | false;
  children: ComponentChildren;
  onClick: () => void;
  pressed?: boolean;
  off?: boolean;
}

const Button = ({ hint, children, onClick, pressed, off }: ButtonProps) => (
  <button
    type="button"
    aria-pressed={pressed}
    aria-keyshortcuts={hint || undefined}
    disabled={off}
    onClick={onClick}
  >
    {hint && <kbd aria-hidden="true">{hint}</kbd>} {children}
  </button>
);
