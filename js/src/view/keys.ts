// Single keys that do something while the view has the focus, and only then: the notebook has its own.

import type { RefObject } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

/** For the list of keys in the menu. */
export const KEYS: readonly [key: string, does: string][] = [
  ['1 2', 'the first or the second is better'],
  ['3 4', 'a tie, both are bad'],
  ['n', 'next pair, or next answer to rate'],
  ['r', 'rate from 1 to 5, or compare'],
  ['m', 'a note for the next vote'],
  ['j k', 'next or previous prompt'],
];

// Where a key has a meaning of its own already, and what lies over the view.
const ELSEWHERE = 'input, textarea, select, [contenteditable]:not([contenteditable=false]), dialog, [popover]';

/** Calls the handler of a key (`KeyboardEvent.key`, letters small) pressed within `root`. */
export function useKeys(root: RefObject<HTMLElement | null>, handlers: Record<string, () => void>): void {
  const newest = useRef(handlers);
  newest.current = handlers;
  useEffect(() => {
    const element = root.current;
    const press = (event: KeyboardEvent): void => {
      const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
      const target = event.target as HTMLElement;
      if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey) return;
      if (!Object.hasOwn(newest.current, key) || target.closest(ELSEWHERE)) return;
      if (key.startsWith('Arrow') && target.scrollWidth > target.clientWidth) return; // it scrolls sideways by them
      event.preventDefault();
      event.stopPropagation();
      // A key held down goes on from prompt to prompt, but is one vote.
      if (!event.repeat || !/\d/.test(key)) newest.current[key]?.();
    };
    element?.addEventListener('keydown', press);
    return () => { element?.removeEventListener('keydown', press); };
  }, [root]);
}
