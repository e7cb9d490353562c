// The policy that is being made of a run, under its answers: there as soon as something is chosen.

import type { Comparison, DraftEdit } from '../messages';
import type { Host } from '../view/host';
import { oneLine } from '../view/words';
import { close, edit, NO_KERNEL, putBack, useDraft } from './drafts';
import { useFocusKept } from './focus';
import { RuleList } from './rule_list';
import { changeWords, chosen } from './rules';
import { Save } from './save';

interface PanelProps {
  comparison: Comparison;
  host: Host;
}

export function DraftPanel({ comparison: { run, models }, host }: PanelProps) {
  const { draft, lost, trouble, last, open } = useDraft(run.id);
  const [panel, keepFocus] = useFocusKept<HTMLElement>(draft);
  if (!open && !trouble && !lost && !chosen(draft)) return null;
  const away = host.unavailable() !== null;
  const change = (made: DraftEdit): void => {
    keepFocus();
    void edit(run.id, host, made);
  };
  return (
    <section ref={panel} class="rbv-draft" aria-label="Policy draft" tabIndex={-1}>
      <header>
        <h5>Policy draft</h5>
        {draft && (
          <>
            <input
              type="text"
              aria-label="Name of the policy"
              value={draft.name}
              maxLength={100}
              disabled={away}
              onChange={(event) => { change({ verb: 'rename', name: event.currentTarget.value.trim() }); }}
            />
            {draft.judges.length > 1 && (
              <select
                aria-label="Whose word the quality is"
                value={draft.by ?? ''}
                disabled={away}
                onChange={(event) => { change({ verb: 'judge', name: event.currentTarget.value || null }); }}
              >
                <option value="">quality by …</option>
                {draft.judges.map((name) => (
                  <option value={name}>quality by {oneLine(name, 60)}</option>
                ))}
              </select>
            )}
            <span class="rbv-tools">
              <button type="button" class="rbv-btn rbv-quiet" data-do="undo" disabled={away || !draft.undo} onClick={() => { change({ verb: 'undo' }); }}>
                Undo
              </button>
              <button type="button" class="rbv-btn rbv-quiet" data-do="redo" disabled={away || !draft.redo} onClick={() => { change({ verb: 'redo' }); }}>
                Redo
              </button>
            </span>
          </>
        )}
        {!chosen(draft) && (
          <button type="button" class="rbv-btn rbv-quiet" onClick={() => { close(run.id); }}>
            Close
          </button>
        )}
      </header>
      <span class="rbv-said" role="status">{draft && last && changeWords(last, draft, models)}</span>
      {trouble && <p class="rbv-bad" role="alert">{oneLine(trouble, 400)}</p>}
      {away && !trouble && <p class="rbv-soft">{NO_KERNEL}</p>}
      {lost && (
        <p>
          The kernel has forgotten what was chosen before; it may have been restarted.{' '}
          <button type="button" class="rbv-btn" disabled={away} onClick={() => { change(putBack(lost)); }}>
            Bring it back
          </button>
        </p>
      )}
      {draft && !chosen(draft) && <p class="rbv-soft">Nothing is chosen yet: press Use under an answer, or choose a model here.</p>}
      {draft && <RuleList rules={draft.rules} models={models} onEdit={away ? undefined : change} />}
      {draft && chosen(draft) && <Save draft={draft} run={run} host={host} />}
    </section>
  );
}
