// The end: the votes as a file to hand back, or as a text where a page may not save files.

import { useState } from 'preact/hooks';
import { copy } from '../view/copy';
import { count } from '../view/words';
import { fileName } from './file';
import type { ScreenProps } from './page';
import { done, fileOf, go, named, open } from './state';

export function End({ ballot, state, onState }: ScreenProps) {
  const [saved, setSaved] = useState('');
  const [copied, setCopied] = useState('');
  const [said, left] = [done(state), state.items.length - done(state)];
  const name = fileName(ballot.title, state.voter);
  const text = `${JSON.stringify(fileOf(ballot, state), null, 1)}\n`;
  const save = (): void => {
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
    link.download = name;
    link.click();
    onState((now) => ({ ...now, saved: true }));
    setSaved(name);
  };
  return (
    <div class="rbb-sheet">
      <p>
        {left === 0 ? <>Thank you, <b>{state.voter}</b>: you have judged {said === 1 ? 'the one pair' : `all ${count(said, 'pair')}`}.</> : (
          <>
            <b>{state.voter}</b>, you have judged {said} of {count(state.items.length, 'pair')}.{' '}
            <button type="button" onClick={() => { onState((now) => go(now, open(now))); }}>
              Go to {left === 1 ? 'the one that is left' : `the first of the ${left} that are left`}
            </button>
          </>
        )}
      </p>
      {ballot.voters.length === 0 && (
        <label class="rbb-name">
          <span>Your name</span>
          <input
            type="text"
            maxLength={200}
            autocomplete="name"
            value={state.voter}
            onChange={(event) => {
              const voter = named(event.currentTarget.value);
              if (voter) onState((now) => ({ ...now, voter, saved: false }));
              event.currentTarget.value = voter || state.voter;
            }}
          />
        </label>
      )}
      {said > 0 && (
        <>
          <p class="rbb-buttons">
            <button type="button" class="rbb-main" onClick={save}>Save my votes</button>
            <button type="button" onClick={() => { onState((now) => go(now, now.items.length - 1)); }}>Back to the pairs</button>
          </p>
          <p role="status">
            {saved && state.saved && <>Saved as <b>{saved}</b>, where your browser puts its downloads. Hand this file in.</>}
          </p>
          <details>
            <summary>The file is not there?</summary>
            <p>
              Some places let a page save nothing. Then copy this text and hand it in instead, as it is.{' '}
              <button
                type="button"
                onClick={() => {
                  void copy(text).then((there) => {
                    setCopied(there ? 'Copied.' : 'Not copied: select the text and copy it yourself.');
                    if (there) onState((now) => ({ ...now, saved: true }));
                  });
                }}
              >
                Copy
              </button>{' '}
              <span role="status">{copied}</span>
            </p>
            <textarea readOnly rows={8} aria-label="Your votes as a text" value={text} />
          </details>
        </>
      )}
    </div>
  );
}
