// The policy builder's widget: shown where it is displayed, and by JupyterLab's renderer, which finds it in the page.

import type { InitializeProps, RenderProps } from '@anywidget/types';
import { h, render as draw } from 'preact';
import { registry } from '../registry';
import { keepKeys } from '../shortcuts';
import { Builder } from './app';
import { BUILDERS, type LiveBuilder } from './messages';
import { sourceOf, type Source, type Traits } from './source';

type Start = Pick<InitializeProps<Traits>, 'model' | 'signal'>;

const builders = registry<LiveBuilder>(BUILDERS);
const sources = new Map<string, Source>();

function start({ model, signal }: Start): Source {
  const source = sourceOf(model);
  sources.set(source.id, source);
  const remove = builders.add({ id: source.id, show: (place) => show(source, place) });
  signal.addEventListener('abort', () => {
    remove();
    sources.delete(source.id);
    source.close();
  });
  return source;
}

/** Show a builder in a place of the page. Returns what takes it away. */
function show(source: Source, place: HTMLElement): () => void {
  draw(h(Builder, { source }), place);
  const giveKeys = keepKeys(place);
  return () => {
    giveKeys();
    draw(null, place);
  };
}

export default {
  /** Called when the model is made, whether or not it is ever displayed. */
  initialize(props: Start): void {
    start(props);
  },

  render({ model, el, signal }: Start & Pick<RenderProps<Traits>, 'el'>): void {
    const source = sources.get(model.get('_setting').id) ?? start({ model, signal });
    signal.addEventListener('abort', show(source, el));
  },
};
