// The page of a blind ballot: a word of welcome, the pairs one after the other, and the file to hand back.

import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { count } from '../view/words';
import { End } from './end';
import type { Ballot } from './file';
import { Pair } from './pair';
import { Start } from './start';
import { done, keep, kept, type State } from './state';

export interface ScreenProps {
  ballot: Ballot;
  state: State;
  /** Makes a new state of the newest one: of two keys pressed at once, neither is lost. */
  onState: (change: (newest: State) => State) => void;
}

export function Page({ ballot }: { ballot: Ballot }) {
  const [state, setState] = useState(() => kept(ballot));
  const [begun, setBegun] = useState(false);
  const [keeps, setKeeps] = useState(true);
  const main = useRef<HTMLElement>(null);
  const newest = useRef(state);
  const put = (next: State): void => {
    newest.current = next;
    setState(next);
    setKeeps(keep(ballot, next));
  };
  const change: ScreenProps['onState'] = (make) => { if (newest.current) put(make(newest.current)); };
  const [here, asked] = [state?.here ?? 0, state?.items.length ?? 0];
  const screen = !state || !begun ? 'start' : here < asked ? `pair ${here}` : 'end';

  // Where one reads on: the top of what has just come.
  const shown = useRef(screen);
  useLayoutEffect(() => {
    if (shown.current === screen) return;
    shown.current = screen;
    main.current?.focus({ preventScroll: true });
    window.scrollTo(0, 0);
  }, [screen]);
  const loses = !keeps && state !== null && !state.saved;
  useEffect(() => {
    const stop = (event: BeforeUnloadEvent): void => { if (loses) event.preventDefault(); };
    window.addEventListener('beforeunload', stop);
    return () => { window.removeEventListener('beforeunload', stop); };
  }, [loses]);

  return (
    <>
      <header class={`rbb-top ${screen.startsWith('pair') ? '' : 'rbb-narrow'}`}>
        <h1>{ballot.title}</h1>
        {state && screen !== 'start' && (
          <>
            <span class="rbb-who">{state.voter}</span>
            <progress max={asked} value={done(state)} aria-label={`${done(state)} of ${count(asked, 'pair')} judged`} />
            <span class="rbb-far" role="status">
              {screen === 'end' ? `${done(state)} of ${asked} judged` : `${here + 1} of ${asked}`}
            </span>
          </>
        )}
      </header>
      <main ref={main} tabIndex={-1}>
        {!keeps && (
          <p class="rbb-warning">
            This browser keeps nothing of this page: save your votes before you close it.
          </p>
        )}
        {!state || !begun ? (
          <Start ballot={ballot} state={state} onBegin={(next) => { put(next); setBegun(true); }} />
        ) : screen === 'end' ? (
          <End ballot={ballot} state={state} onState={change} />
        ) : (
          <Pair ballot={ballot} state={state} onState={change} />
        )}
      </main>
    </>
  );
}
