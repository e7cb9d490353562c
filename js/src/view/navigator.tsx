// The list of prompts: which there are, how each went, and a filter. Only the rows in sight are in the page.

import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Answer, Model, Prompt, Vote } from '../messages';
import { EVERYTHING, found, type Filter, type Order, type Show } from './filters';
import { inSight, scrolledTo } from './virtual';
import { amount, oneLine } from './words';

const ROW = 26; // pixels, as in tools.css
const MOST_MARKS = 8;
const SHOWS: Record<Show, string> = {
  all: 'all prompts',
  disagreement: 'answers disagree',
  errors: 'with errors',
  unjudged: 'not judged yet',
};
const ORDERS: Record<Order, string> = { asked: 'as asked', slowest: 'slowest first', dearest: 'dearest first' };

export type Step = (step: 1 | -1) => void;

interface NavigatorProps {
  prompts: readonly Prompt[];
  /** How many there are in the run; `prompts` may be the first of them. */
  of: number;
  tags: readonly string[];
  votes: readonly Vote[];
  /** Empty while it is blind: then marks have no colours, and no order tells times or costs. */
  models: readonly Model[];
  /** `Prompt.id` */
  selected: string | undefined;
  onSelect: (id: string) => void;
  /** Takes the way to go to the next or previous prompt of the list. */
  stepper: { current: Step };
}

export function Navigator({ prompts, of, tags, votes, models, selected, onSelect, stepper }: NavigatorProps) {
  const [filter, setFilter] = useState<Filter>(EVERYTHING);
  const [id] = useState(() => `rbv-${Math.random().toString(36).slice(2)}`);
  const [top, setTop] = useState(0);
  const [height, setHeight] = useState(300);
  const box = useRef<HTMLDivElement>(null);
  const blind = !models.length;
  const list = useMemo(
    () => found(prompts, votes, blind ? { ...filter, order: 'asked' } : filter),
    [prompts, votes, filter, blind],
  );
  const voted = useMemo(() => new Set(votes.map((vote) => vote.prompt)), [votes]);
  const at = list.findIndex((prompt) => prompt.id === selected);
  // A prompt that was just judged is no longer among those to judge: the next is the one that took its place.
  const place = useRef(0);
  if (at >= 0) place.current = at;
  const beside = (step: number): number => (at < 0 && step > 0 ? step - 1 : step) + place.current;

  useEffect(() => {
    const element = box.current;
    if (!element || !('ResizeObserver' in window)) return;
    const observer = new ResizeObserver(() => { setHeight(element.clientHeight); });
    observer.observe(element);
    return () => { observer.disconnect(); };
  }, []);
  useLayoutEffect(() => {
    const element = box.current;
    if (element && at >= 0) element.scrollTop = scrolledTo(at, element.scrollTop, element.clientHeight, ROW);
  }, [at]);

  const go = (to: number): void => {
    const next = list[Math.max(0, Math.min(list.length - 1, to))];
    if (next) onSelect(next.id);
  };
  stepper.current = (step) => { go(beside(step)); };
  const onKeyDown = (event: KeyboardEvent): void => {
    const page = Math.max(1, Math.floor(height / ROW) - 1);
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -Infinity, End: Infinity };
    if (!Object.hasOwn(steps, event.key)) return;
    event.preventDefault();
    event.stopPropagation();
    go(beside(steps[event.key as keyof typeof steps]));
  };
  const narrow = (change: Partial<Filter>): void => {
    place.current = 0;
    setFilter({ ...filter, ...change });
  };
  const sight = inSight(top, height, ROW, list.length);

  return (
    <nav class="rbv-nav" aria-label="Prompts">
      <div class="rbv-filter">
        <input
          type="search"
          placeholder="Find in prompts"
          aria-label="Find in prompts"
          value={filter.words}
          onInput={(event) => { narrow({ words: event.currentTarget.value }); }}
        />
        <Pick name="Which prompts" of={SHOWS} value={filter.show} onChange={(show) => { narrow({ show }); }} />
        {tags.length > 0 && (
          <Pick
            name="Tag"
            of={{ '': 'any tag', ...Object.fromEntries(tags.map((tag) => [tag, oneLine(tag, 40)])) }}
            value={filter.tag}
            onChange={(tag) => { narrow({ tag }); }}
          />
        )}
        {!blind && <Pick name="Order" of={ORDERS} value={filter.order} onChange={(order) => { narrow({ order }); }} />}
      </div>
      <div
        ref={box}
        class="rbv-list"
        role="listbox"
        tabIndex={0}
        aria-label="Prompts"
        aria-activedescendant={at >= sight.first && at < sight.end ? `${id}-${at}` : undefined}
        onKeyDown={onKeyDown}
        onScroll={(event) => { setTop(event.currentTarget.scrollTop); }}
      >
        <div role="presentation" style={`height:${list.length * ROW}px`}>
          <div role="presentation" style={`transform:translateY(${sight.first * ROW}px)`}>
            {list.slice(sight.first, sight.end).map((prompt, index) => (
              <div
                key={prompt.id}
                id={`${id}-${sight.first + index}`}
                class="rbv-item"
                role="option"
                aria-selected={prompt.id === selected}
                aria-setsize={list.length}
                aria-posinset={sight.first + index + 1}
                onClick={() => { onSelect(prompt.id); }}
              >
                <span class="rbv-soft">{prompt.number}</span>
                <span class="rbv-line">{oneLine(prompt.text, 200)}</span>
                {voted.has(prompt.id) && <span role="img" title="judged" aria-label="judged">✓</span>}
                <Marks answers={prompt.answers} models={models} />
              </div>
            ))}
          </div>
        </div>
        {!list.length && <p class="rbv-soft">No prompt is like that.</p>}
      </div>
      <p class="rbv-soft rbv-found" role="status">
        {list.length < prompts.length ? `${amount(list.length)} of ${amount(prompts.length)} prompts` : `${amount(of)} prompts`}
        {prompts.length < of && `, the first ${amount(prompts.length)} here`}
      </p>
    </nav>
  );
}

/** How each answer to a prompt stands: filled, failed, or still to come. */
function Marks({ answers, models }: { answers: readonly Answer[]; models: readonly Model[] }) {
  // While it is blind in an order of their own: which one failed would tell who is behind a letter.
  const order = models.length ? answers : [...answers].sort((a, b) => (a.phase < b.phase ? -1 : 1));
  const shown = order.slice(0, MOST_MARKS);
  const many = (of: Answer['phase']): number => answers.filter(({ phase }) => phase === of).length;
  const failed = many('failed');
  return (
    <span class="rbv-marks" role="img" aria-label={`${many('done')} of ${answers.length} answered${failed ? `, ${failed} failed` : ''}`}>
      {shown.map(({ model, phase }) => {
        const colour = model === null ? undefined : models[model]?.colour;
        return <i class={`rbv-is-${phase} ${colour === undefined ? '' : `rbv-m${colour % 8}`}`} />;
      })}
    </span>
  );
}

interface PickProps<T extends string> {
  name: string;
  of: Record<T, string>;
  value: T;
  onChange: (value: T) => void;
}

function Pick<T extends string>({ name, of, value, onChange }: PickProps<T>) {
  return (
    <select aria-label={name} value={value} onChange={(event) => { onChange(event.currentTarget.value as T); }}>
      {Object.entries<string>(of).map(([key, words]) => (
        <option value={key}>{words}</option>
      ))}
    </select>
  );
}
