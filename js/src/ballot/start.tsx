// Who votes, and what is asked; for somebody who was here before, how to go on.

import { useRef, useState } from 'preact/hooks';
import { count } from '../view/words';
import type { Ballot } from './file';
import { begin, done, named, type State } from './state';

interface StartProps {
  ballot: Ballot;
  /** What an earlier visit left. */
  state: State | null;
  onBegin: (state: State) => void;
}

export function Start({ ballot, state, onBegin }: StartProps) {
  const [name, setName] = useState('');
  const [other, setOther] = useState(false);
  const [nameless, setNameless] = useState(false);
  const field = useRef<HTMLInputElement & HTMLSelectElement>(null);
  if (state && !other) return <Again state={state} onGo={() => { onBegin(state); }} onOther={() => { setOther(true); }} />;
  const asked = Math.min(ballot.most ?? ballot.items.length, ballot.items.length);
  const losing = state && !state.saved && done(state) > 0;
  const start = (): void => {
    if (named(name)) onBegin(begin(ballot, name));
    else field.current?.focus();
    setNameless(true);
  };
  // Not a form: where a page is shown in a frame, the frame may not let it submit one.
  return (
    <div class="rbb-sheet">
      <p>
        You will read {count(asked, 'pair')} of answers, <b>A</b> and <b>B</b>, each pair to the same question. Say which
        is better, or that neither is. Who wrote them is hidden, and the letters are dealt anew for every pair.
      </p>
      <p>
        Your choice takes you to the next pair; you can go back and change it. Your votes stay in this browser; in the end
        you save them as a small file and hand that in. Nothing is sent from this page.
      </p>
      {ballot.simulated && <p>The answers are made up by simulated models.</p>}
      {losing && (
        <p class="rbb-warning">
          {state.voter}’s {count(done(state), 'vote')} in this browser {done(state) === 1 ? 'is' : 'are'} not saved as a
          file, and will be gone when you begin. <button type="button" onClick={() => { setOther(false); }}>Keep</button>
        </p>
      )}
      <label class="rbb-name">
        <span>Your name</span>
        {ballot.voters.length > 0 ? (
          <select ref={field} value={name} aria-invalid={nameless && !named(name)} onChange={(event) => { setName(event.currentTarget.value); }}>
            <option value="">Choose …</option>
            {ballot.voters.map((voter) => <option value={voter}>{voter}</option>)}
          </select>
        ) : (
          <input
            ref={field}
            type="text"
            aria-invalid={nameless && !named(name)}
            maxLength={200}
            autocomplete="name"
            value={name}
            onInput={(event) => { setName(event.currentTarget.value); }}
            onKeyDown={(event) => { if (event.key === 'Enter' && !event.isComposing) start(); }}
          />
        )}
      </label>
      {nameless && !named(name) && <p role="alert">Say who you are first.</p>}
      <button type="button" class="rbb-main" onClick={start}>Begin</button>
    </div>
  );
}

interface AgainProps {
  state: State;
  onGo: () => void;
  onOther: () => void;
}

const Again = ({ state, onGo, onOther }: AgainProps) => (
  <div class="rbb-sheet">
    <p>
      Welcome back, <b>{state.voter}</b>: you have judged {done(state)} of {count(state.items.length, 'pair')}.
    </p>
    <p class="rbb-buttons">
      <button type="button" class="rbb-main" onClick={onGo}>Go on</button>
      <button type="button" onClick={onOther}>I am somebody else</button>
    </p>
  </div>
);
