// The line at the top: what was compared, what it costs, how far it is, and how to look at it.

import { useEffect, useRef, useState } from 'preact/hooks';
import type { Comparison, Cost, Run } from '../messages';
import { Chip } from './ask';
import { Menu } from './menu';
import type { Tools } from './tools';
import type { Mode, SetUi, Ui } from './ui';
import { amount, count, oneLine, seconds, usd } from './words';

const MODES: readonly [Mode, string][] = [
  ['answers', 'Answers'],
  ['diff', 'Diff'],
  ['table', 'Table'],
];
const MOST_TAGS = 3;
const SAID_EVERY_MS = 4000;

interface HeaderProps {
  comparison: Comparison;
  ui: Ui;
  set: SetUi;
  tools: Tools | null;
  /** How many models there are; a blind run does not list them. */
  models: number;
  /** Why nothing can be stopped, if so. */
  unavailable: string | null;
  onStop: () => Promise<void>;
  onDraft: () => void;
}

export function Header({ comparison, ui, set, tools, models, unavailable, onStop, onDraft }: HeaderProps) {
  const { run } = comparison;
  const live = run.status === 'running';
  return (
    <header class="rbv-top">
      <div class="rbv-what">
        {run.name && <strong>{oneLine(run.name, 80)}</strong>}
        <span class={run.name ? '' : 'rbv-strong'}>{count(models, 'model')}</span>
        <span class="rbv-soft">{count(run.prompts, 'prompt')}</span>
        {run.tags.slice(0, MOST_TAGS).map((tag) => (
          <Chip text={tag} />
        ))}
        {run.tags.length > MOST_TAGS && (
          <span class="rbv-soft" title={oneLine(run.tags.join(', '), 400)}>
            +{run.tags.length - MOST_TAGS} tags
          </span>
        )}
        {run.simulated && <Chip text="simulated" kind="simulated" title="Not real models: all is made up." />}
      </div>
      <div class="rbv-figures">
        {live && <span>{progress(run)}</span>}
        {run.cost && !ui.blind && <span>{costWords(run.cost, live)}</span>}
        {run.slowest_s !== null && !ui.blind && (
          <span class="rbv-soft" title="The slowest answer">
            {seconds(run.slowest_s)}
          </span>
        )}
        {live && run.quoted && !ui.blind && <span class="rbv-soft">{run.quoted}</span>}
        <Said text={said(run)} />
      </div>
      <div class="rbv-how">
        {live && <Stop words="Stop all" unavailable={unavailable} onStop={onStop} />}
        {tools && <div class="rbv-modes" role="group" aria-label="View">
          {MODES.map(([mode, words]) => (
            <button type="button" class="rbv-btn" aria-pressed={ui.mode === mode} onClick={() => { set({ mode }); }}>
              {words}
            </button>
          ))}
        </div>}
        {tools && !run.blind && (
          <button
            type="button"
            class="rbv-btn"
            aria-pressed={ui.blind}
            title="Hide names, times and costs, and shuffle, until you have judged"
            onClick={() => { set({ blind: !ui.blind }); }}
          >
            Blind
          </button>
        )}
        <Menu comparison={comparison} ui={ui} set={set} keys={tools?.KEYS ?? []} onDraft={tools && onDraft} />
      </div>
      {live && <i class="rbv-progress" style={`width:${(100 * run.done) / Math.max(1, run.planned)}%`} />}
    </header>
  );
}

const progress = (run: Run): string => `${amount(run.done)} of ${amount(run.planned)} done`;
const said = (run: Run): string => (run.status === 'running' ? progress(run) : `Run ${run.status}, ${progress(run)}`);

/** For those who listen: the newest words, but not each of them. What was there from the start is no news. */
function Said({ text }: { text: string }) {
  const [spoken, setSpoken] = useState('');
  const newest = useRef(text);
  const timer = useRef(0);
  if (newest.current !== text) {
    newest.current = text;
    timer.current ||= window.setTimeout(() => {
      timer.current = 0;
      setSpoken(newest.current);
    }, SAID_EVERY_MS);
  }
  useEffect(() => () => { clearTimeout(timer.current); }, []);
  return (
    <span class="rbv-said" role="status">
      {spoken}
    </span>
  );
}

/** In few words while it goes on: then there is more to say beside it. */
function costWords(cost: Cost, live: boolean) {
  const notes: string[] = [];
  if (!live && cost.list_usd > cost.usd) notes.push(`now, ${usd(cost.list_usd)} when asked`);
  if (!live && cost.priced < cost.calls) notes.push(`${amount(cost.priced)} of ${amount(cost.calls)} priced`);
  const known = cost.simulated_priced < cost.simulated_calls;
  return (
    <>
      {cost.calls > 0 && (cost.priced ? usd(cost.usd) : 'cost unknown')}{' '}
      {cost.calls > 0 && notes.length > 0 && <span class="rbv-soft">{notes.join(', ')}</span>}
      {cost.calls > 0 && cost.simulated_calls > 0 && ' + '}
      {cost.simulated_calls > 0 && (
        <>
          {cost.simulated_priced ? usd(cost.simulated_usd) : 'cost unknown'}{' '}
          <span class="rbv-soft">
            simulated{known && `, ${amount(cost.simulated_priced)} of ${amount(cost.simulated_calls)} priced`}
          </span>
        </>
      )}
      {!cost.calls && !cost.simulated_calls && usd(0)}
    </>
  );
}

/** A button that waits until what it stops has ended, and can be pressed again when that failed. */
export function Stop({ words, title, unavailable, onStop }: {
  words: string;
  title?: string;
  unavailable: string | null;
  onStop: () => Promise<void>;
}) {
  const [asked, setAsked] = useState(false);
  const press = (): void => {
    setAsked(true);
    onStop().catch(() => { setAsked(false); }); // what went wrong is shown by the app
  };
  return (
    <button type="button" class="rbv-btn rbv-stop" disabled={asked || !!unavailable} title={unavailable ?? title} onClick={press}>
      {asked ? 'Stopping…' : words}
    </button>
  );
}
