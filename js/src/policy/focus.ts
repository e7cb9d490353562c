// Keeps the focus with what was pressed when it is drawn anew elsewhere, or is gone.

import type { RefObject } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';

/**
 * The element to keep the focus in, and what to call before something in it changes. What is to be found again has a
 * `data-do` of its own.
 */
export function useFocusKept<T extends HTMLElement>(drawn: unknown): [RefObject<T | null>, () => void] {
  const inside = useRef<T>(null);
  const pressed = useRef('');
  useLayoutEffect(() => {
    const element = inside.current;
    if (!pressed.current || !element || document.activeElement !== document.body) return;
    const again = [...element.querySelectorAll<HTMLElement>('[data-do]')].find((one) => one.dataset.do === pressed.current);
    (again?.matches(':disabled') === false ? again : element).focus({ preventScroll: true });
    pressed.current = '';
  }, [drawn]);
  return [inside, () => { pressed.current = (document.activeElement as HTMLElement | null)?.dataset.do ?? ''; }];
}
