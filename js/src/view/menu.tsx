// What is chosen less often: order, form, which models, full screen, and which keys there are.

import { useRef, useState } from 'preact/hooks';
import type { Comparison } from '../messages';
import type { Format, SetUi, Sort, Ui } from './ui';
import { oneLine } from './words';

const SORTS: Record<Sort, string> = {
  asked: 'as asked',
  cost: 'cost, lowest first',
  first: 'first token, soonest first',
  total: 'total time, shortest first',
  speed: 'speed, fastest first',
};
const FORMATS: Record<Format, string> = { rendered: 'rendered', source: 'source', json: 'JSON' };

interface MenuProps {
  comparison: Comparison;
  ui: Ui;
  set: SetUi;
  /** Which keys do what. */
  keys: readonly (readonly [string, string])[];
  /** Shows the policy draft, where there are policies. */
  onDraft: (() => void) | null;
}

export function Menu({ comparison, ui, set, keys, onDraft }: MenuProps) {
  const [id] = useState(() => `rbv-${Math.random().toString(36).slice(2)}`);
  const button = useRef<HTMLButtonElement>(null);
  const panel = useRef<HTMLDivElement>(null);
  // In the top layer, since a notebook cuts off what leaves its output; the layer knows no anchor everywhere yet.
  const place = (): void => {
    if (!button.current || !panel.current) return;
    const { bottom, right, top } = button.current.getBoundingClientRect();
    const above = innerHeight - bottom < 320 && top > innerHeight - bottom;
    panel.current.style.cssText =
      `right:${document.documentElement.clientWidth - right}px;` +
      (above
        ? `bottom:${innerHeight - top + 4}px;max-height:${top - 12}px`
        : `top:${bottom + 4}px;max-height:${innerHeight - bottom - 12}px`);
  };
  const blind = comparison.run.blind || ui.blind;
  const toggle = (index: number): void => {
    const hidden = new Set(ui.hidden);
    if (!hidden.delete(index)) hidden.add(index);
    set({ hidden });
  };
  return (
    <>
      <button ref={button} type="button" class="rbv-btn" aria-label="More" title="More" popovertarget={id}>
        ⋯
      </button>
      <div ref={panel} id={id} popover="auto" class="rbv-menu" onBeforeToggle={place}>
        <Choice name="Order" of={SORTS} value={blind ? 'asked' : ui.sort} disabled={blind} onChange={(sort) => { set({ sort }); }} />
        <Choice name="Show" of={FORMATS} value={ui.format} disabled={false} onChange={(format) => { set({ format }); }} />
        <label>
          <input type="checkbox" checked={ui.tall} onChange={() => { set({ tall: !ui.tall }); }} /> full height
        </label>
        {comparison.run.status === 'running' && comparison.prompts.length > 1 && (
          <label>
            <input type="checkbox" checked={ui.follow} onChange={() => { set({ follow: !ui.follow }); }} /> go to what is
            being answered
          </label>
        )}
        {!blind && comparison.models.length > 1 && (
          <fieldset>
            <legend>Models</legend>
            {comparison.models.map((model, index) => (
              <label class={`rbv-m${model.colour % 8}`} title={model.id}>
                <input type="checkbox" checked={!ui.hidden.has(index)} onChange={() => { toggle(index); }} />
                <i class="rbv-dot" /> {oneLine(model.name, 60)}
              </label>
            ))}
          </fieldset>
        )}
        {keys.length > 0 && <details>
          <summary>Keys, while the view has the focus</summary>
          <dl>
            {keys.map(([key, does]) => (
              <div>
                <dt>
                  <kbd>{key}</kbd>
                </dt>
                <dd>{does}</dd>
              </div>
            ))}
          </dl>
        </details>}
        {onDraft && !blind && (
          <button type="button" class="rbv-btn" popovertarget={id} popovertargetaction="hide" onClick={onDraft}>
            Policy draft
          </button>
        )}
        {document.fullscreenEnabled && (
          <button type="button" class="rbv-btn" onClick={() => { fullScreen(button.current); }}>
            Full screen
          </button>
        )}
      </div>
    </>
  );
}

interface ChoiceProps<T extends string> {
  name: string;
  of: Record<T, string>;
  value: T;
  disabled: boolean;
  onChange: (value: T) => void;
}

function Choice<T extends string>({ name, of, value, disabled, onChange }: ChoiceProps<T>) {
  return (
    <label class="rbv-choice">
      {name}
      <select value={value} disabled={disabled} onChange={(event) => { onChange(event.currentTarget.value as T); }}>
        {Object.entries<string>(of).map(([key, words]) => (
          <option value={key}>{words}</option>
        ))}
      </select>
    </label>
  );
}

function fullScreen(inside: Element | null): void {
  void (document.fullscreenElement ? document.exitFullscreen() : inside?.closest('.rbv')?.requestFullscreen());
}
