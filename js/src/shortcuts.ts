// A notebook's own shortcuts are single keys: `d d` deletes a cell. While the view has the focus they are not the notebook's;
// those with Ctrl or Command, such as to save, still are, except where a text is written.

const SUPPRESSED = 'data-lm-suppress-shortcuts';

/**
 * Keeps the view's keys from the notebook around it. Returns what ends that.
 * Lumino asks for its attribute from the target upwards until a shortcut's selector fits, which may be at the target, so
 * that it has to be there; and it listens on the document, in Notebook 7 before everything that is in it.
 */
export function keepKeys(view: Element): () => void {
  const press = ({ target, key, ctrlKey, metaKey }: KeyboardEvent): void => {
    if (!(target instanceof Element) || !view.contains(target)) return;
    const theNotebooks = (ctrlKey || metaKey) && (key === 's' || (key.length === 1 && !target.matches('input, textarea')));
    if (theNotebooks) return;
    target.setAttribute(SUPPRESSED, '');
    setTimeout(() => {
      target.removeAttribute(SUPPRESSED);
    });
  };
  window.addEventListener('keydown', press, true);
  return () => {
    window.removeEventListener('keydown', press, true);
  };
}
