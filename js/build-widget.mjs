// Bundles the widget and its style for anywidget: one file each, nothing left to fetch.
import { build, context } from 'esbuild';

const options = {
  entryPoints: { widget: 'src/widget/index.ts' },
  bundle: true,
  minify: true,
  format: 'esm',
  target: 'es2022',
  legalComments: 'none',
  outdir: '../src/routebook/static',
  logLevel: 'warning',
};

if (process.argv.includes('--watch')) {
  await (await context(options)).watch();
} else {
  await build(options);
}
