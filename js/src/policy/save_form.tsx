// Saves a policy beside the notebook, copies it, and shows its file.

import { useState } from 'preact/hooks';
import { Copy } from '../view/copy_button';
import { oneLine, visible } from '../view/words';

const FIRST_NAME = 'routes.yaml';

interface SaveFormProps {
  /** The policy's file; `null` while there is none. */
  file: string | null;
  /** Why it cannot be saved; `null` where it can. */
  why: string | null;
  /** Resolves with where it is, or `taken`; with nothing where that failed, which is said elsewhere. */
  save: (file: string, replace: boolean) => Promise<{ answer: 'saved' | 'taken'; path: string } | null>;
}

export function SaveForm({ file, why, save }: SaveFormProps) {
  const [name, setName] = useState(FIRST_NAME);
  const [saved, setSaved] = useState('');
  const [taken, setTaken] = useState('');
  const press = async (replace: boolean): Promise<void> => {
    setSaved('');
    setTaken('');
    const reply = await save(name, replace);
    if (reply?.answer === 'saved') setSaved(reply.path);
    else if (reply) setTaken(name);
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
          onKeyDown={(event) => { if (event.key === 'Enter' && !why) void press(false); }}
        />
        <button type="button" class="rbv-btn" disabled={!!why} title={why ?? 'Save the policy'} onClick={() => void press(false)}>
          Save
        </button>
        {file !== null && <Copy words="Copy as YAML" text={() => file} title="Copy the policy's file" />}
        <span role="status">
          {saved && `Saved: ${oneLine(saved, 200)}`}
          {taken && `There is a ${oneLine(taken, 100)} already.`}
          {!saved && !taken && file === null && <span class="rbv-soft">{why}</span>}
        </span>
        {taken && (
          <button type="button" class="rbv-btn" onClick={() => void press(true)}>
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
