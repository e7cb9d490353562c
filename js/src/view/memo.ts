// Draws a component again only when one of its properties is another value.

import { h, type Component, type ComponentType } from 'preact';

export function memo<P extends object>(inner: ComponentType<P>): (props: P) => ReturnType<typeof h> {
  return function Memo(this: Component<P>, props: P) {
    this.shouldComponentUpdate = (next): boolean => {
      const names = new Set([...Object.keys(this.props), ...Object.keys(next)]) as Set<keyof P>;
      return [...names].some((name) => (this.props as P)[name] !== next[name]);
    };
    return h(inner as ComponentType<object>, props);
  };
}
