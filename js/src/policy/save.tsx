// Saves a draft.

import type { Draft, Run } from '../messages';
import type { Host } from '../view/host';
import { ask, NO_KERNEL } from './drafts';
import { SaveForm } from './save_form';

const NO_DEFAULT = 'Choose a model for everything else, then there is a policy to save.';

interface SaveProps {
  draft: Draft;
  run: Run;
  host: Host;
}

export function Save({ draft, run, host }: SaveProps) {
  const { file } = draft;
  return (
    <SaveForm
      file={file}
      why={file === null ? NO_DEFAULT : host.unavailable() === null ? null : NO_KERNEL}
      save={async (name, replace) => {
        const reply = await ask(run.id, host, { kind: 'save', run: run.id, file: name, replace });
        return reply?.answer === 'saved' || reply?.answer === 'taken' ? reply : null;
      }}
    />
  );
}
