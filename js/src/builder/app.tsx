// A policy built by hand: the slider, what stands at its stop, and how to change and save it.

import { useEffect, useState } from 'preact/hooks';
import { useFocusKept } from '../policy/focus';
import { SaveForm } from '../policy/save_form';
import { amount, oneLine } from '../view/words';
import { AddRule } from './add';
import { Chart } from './chart';
import { Beside, policyWords } from './figures';
import type { Edit } from './messages';
import { Rules } from './rules';
import { Shares } from './shares';
import type { Source } from './source';
import { useBuilder, type Shown } from './state';

const GONE =
  'The kernel that made this does not answer, so nothing can be changed or saved: run its cell again. What was measured is here.';
const NOT_YET = 'The kernel has not answered yet.';
const SAID_AFTER_MS = 600;

export function Builder({ source }: { source: Source }) {
  const { setting } = source;
  const shown = useBuilder(source);
  const { policy, alive } = shown;
  const [root, keepFocus] = useFocusKept<HTMLElement>(policy);
  const edit = (made: Edit): Promise<boolean> => {
    keepFocus();
    return shown.edit(made);
  };
  const change = (made: Edit): void => void edit(made);
  return (
    <section ref={root} class="rbv rbp" aria-label="Policy builder" tabIndex={-1}>
      <header class="rbv-top">
        <span class="rbv-what">
          <strong>Policy builder</strong>
          {setting.simulated && <span class="rbv-chip rbv-simulated">simulated</span>}
          <span class="rbv-soft">{amount(setting.prompts)} held-out prompts</span>
          {shown.edited && <span class="rbv-chip">edited by hand</span>}
        </span>
        <span class="rbv-how">
          {shown.edited && (
            <button type="button" class="rbv-btn" disabled={!alive} data-do="back" onClick={() => { change({ verb: 'slide', to: shown.stop }); }}>
              Back to stop {shown.stop + 1}
            </button>
          )}
          <button type="button" class="rbv-btn rbv-quiet" disabled={!alive || !shown.undo} data-do="undo" onClick={() => { change({ verb: 'undo' }); }}>
            Undo
          </button>
          <button type="button" class="rbv-btn rbv-quiet" disabled={!alive || !shown.redo} data-do="redo" onClick={() => { change({ verb: 'redo' }); }}>
            Redo
          </button>
        </span>
      </header>
      <Slider shown={shown} stops={setting.stops.length} priced={setting.priced} />
      <div class="rbp-figures">
        <div>
          <Beside policy={policy} models={setting.models} />
          <Shares shares={policy.shares} models={setting.models} />
        </div>
        {setting.priced && <Chart policy={policy} stops={setting.stops} models={setting.models} />}
      </div>
      <Rules rules={policy.rules} models={setting.models} onEdit={alive ? change : undefined} />
      <div class="rbp-foot">
        {alive && <AddRule tags={setting.tags} models={setting.models} onAdd={edit} />}
        {shown.trouble && <p class="rbv-bad" role="alert">{oneLine(shown.trouble, 400)}</p>}
        {alive === false && <p class="rbv-warning" role="status">{GONE}</p>}
        <SaveForm file={policy.file} why={alive ? null : alive === null ? NOT_YET : GONE} save={shown.save} />
      </div>
      <ul class="rbp-notes">
        {setting.notes.map((note) => (
          <li key={note}>{oneLine(note, 400)}</li>
        ))}
      </ul>
      <Said words={shown.edited ? `Edited by hand: ${policyWords(policy)}` : ''} />
    </section>
  );
}

interface SliderProps {
  shown: Shown;
  stops: number;
  priced: boolean;
}

function Slider({ shown, stops, priced }: SliderProps) {
  if (stops < 2) {
    return (
      <p class="rbp-slider rbv-soft">
        {priced
          ? 'One policy is the cheapest and the best, so there is nothing to slide between.'
          : 'No cost is known of these prompts, so there is no slider: these are the rules of the best quality.'}
      </p>
    );
  }
  const words = `Stop ${shown.stop + 1} of ${stops}${shown.edited ? ', edited by hand' : ''}`;
  return (
    <div class="rbp-slider">
      <span aria-hidden="true">cheapest</span>
      <input
        type="range"
        min={0}
        max={stops - 1}
        step={1}
        value={shown.stop}
        aria-label="Quality against cost: from the cheapest to the best"
        aria-valuetext={`${words}: ${policyWords(shown.policy)}`}
        onPointerUp={shown.rest}
        onBlur={shown.rest}
        onInput={(event) => { shown.slide(Number(event.currentTarget.value)); }}
      />
      <span aria-hidden="true">best</span>
      <strong aria-hidden="true">{words}</strong>
    </div>
  );
}

/** Says what an edit came to when it has rested: the slider says its own. */
function Said({ words }: { words: string }) {
  const [said, setSaid] = useState('');
  useEffect(() => {
    const timer = setTimeout(() => { setSaid(words); }, SAID_AFTER_MS);
    return () => { clearTimeout(timer); };
  }, [words]);
  return <span class="rbv-said" role="status">{said}</span>;
}
