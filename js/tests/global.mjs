// Built once for all tests, outside of jsdom: the widget's script, as it is shipped.
import { build } from 'esbuild';
import { options } from '../build-widget.mjs';

export default async function setup(project) {
  const { outputFiles } = await build({ ...options, write: false });
  project.provide('widget', outputFiles.find(({ path }) => path.endsWith('.js')).text);
}
