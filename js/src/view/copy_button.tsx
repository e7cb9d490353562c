// A button that copies a text and says whether it did.

import { useEffect, useRef, useState } from 'preact/hooks';
import { copy } from './copy';

const SAID_FOR_MS = 2000;

interface CopyProps {
  text: () => string;
  title: string;
  words?: string;
}

export function Copy({ text, title, words = 'Copy' }: CopyProps) {
  const [said, setSaid] = useState('');
  const timer = useRef(0);
  useEffect(() => () => { clearTimeout(timer.current); }, []);
  const press = async (): Promise<void> => {
    setSaid((await copy(text())) ? 'Copied' : 'Not copied');
    clearTimeout(timer.current);
    timer.current = window.setTimeout(() => { setSaid(''); }, SAID_FOR_MS);
  };
  return (
    <button type="button" class="rbv-btn rbv-quiet" title={title} onClick={() => void press()}>
      <span role="status">{said || words}</span>
    </button>
  );
}
