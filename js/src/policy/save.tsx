// Saves a draft beside the notebook, copies it, and shows its file.

import { useState } from 'preact/hooks';
import type { Draft, Run } from '../messages';
import { Copy } from '../view/copy_button';
import type { Host } from '../view/host';
import { oneLine, visible } from '../view/words';
import { ask, NO_KERNEL } from './drafts';

const NO_DEFAULT = 'Choose a model for everything else, then there is a policy to save.';
const FIRST_NAME = 'routes.yaml';

interface SaveProps {
  draft: Draft;
  run: Run;
  host: Host;
}

export function Save({ draft, run, host }: SaveProps) {
  const [name, setName] = useState(FIRST_NAME);
  const [saved, setSaved] = useState('');
  const [taken, setTaken] = useState('');
  const { file } = draft;
  const why = file === null ? NO_DEFAULT : host.unavailable() === null ? null : NO_KERNEL;
  const save = async (replace: boolean): Promise<void> => {
    setSaved('');
    setTaken('');
    const reply = await ask(run.id, host, { kind: 'save', run: run.id, file: name, replace });
    if (reply?.answer === 'saved') setSaved(reply.path);
    else if (reply?.answer === 'taken') setTaken(name);
  };
  return (
    <>
      <div class="rbv-save" role="group" aria-label="Save the policy">
        <input
          type="text"
          aria-label="File in the notebook's folder"
          title="A .yaml or .json file in the folder of the kernel, which is the notebook's unless it was changed"
          value={name}
          maxLength={100}
          onInput={(event) => {
            setName(event.currentTarget.value);
            setTaken('');
          }}
          // A form's own Enter is JupyterLab's.
          onKeyDown={(event) => { if (event.key === 'Enter' && !why) void save(false); }}
        />
        <button type="button" class="rbv-btn" disabled={!!why} title={why ?? 'Save the policy'} onClick={() => void save(false)}>
          Save
        </button>
        {file !== null && <Copy words="Copy as YAML" text={() => file} title="Copy the policy's file" />}
        <span role="status">
          {saved && `Saved: ${oneLine(saved, 200)}`}
          {taken && `There is a ${oneLine(taken, 100)} already.`}
          {!saved && !taken && file === null && <span class="rbv-soft">{NO_DEFAULT}</span>}
        </span>
        {taken && (
          <button type="button" class="rbv-btn" onClick={() => void save(true)}>
            Replace it
          </button>
        )}
      </div>
      {file !== null && (
        <details class="rbv-file">
          <summary>The file</summary>
          <pre tabIndex={0}>{visible(file)}</pre>
        </details>
      )}
    </>
  );
}
