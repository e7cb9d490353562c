// Lists that belong to the page. The widgets put in what lives, and JupyterLab's renderers find it there: they are separate
// bundles, and share nothing but these.

interface Listed<T> {
  values: Map<string, T>;
  listeners: Set<() => void>;
}

export interface Registry<T> {
  find(id: string): T | undefined;
  /** Calls the listener whenever something appears or goes. Returns what ends that. */
  watch(listener: () => void): () => void;
  /** Returns what takes it out again; that does nothing once another has taken its place. */
  add(one: T): () => void;
}

/** The page's list of this name. */
export function registry<T extends { readonly id: string }>(name: string): Registry<T> {
  const key = Symbol.for(name);
  const page = globalThis as unknown as Record<symbol, Listed<T> | undefined>;
  const { values, listeners } = (page[key] ??= { values: new Map<string, T>(), listeners: new Set<() => void>() });
  const tell = (): void => {
    for (const listener of [...listeners]) listener();
  };
  return {
    find: (id) => values.get(id),
    watch(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    add(one) {
      values.set(one.id, one);
      tell();
      return () => {
        if (values.get(one.id) !== one) return;
        values.delete(one.id);
        tell();
      };
    },
  };
}
