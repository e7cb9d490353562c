// Bundles the widgets and their styles for anywidget, and those of a ballot's page: one file each, nothing left to fetch.
// Beside each lie the licences of the packages in it.
// A notebook holds a copy of the bundle for each live widget, so it has to be small: tests/test_wheel.py has the bound.

import { copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';

import { build, context } from 'esbuild';

export const options = {
  entryPoints: [
    { in: 'src/widget/index.ts', out: 'widget' },
    { in: 'style/index.css', out: 'widget' },
  ],
  bundle: true,
  minify: true,
  format: 'esm',
  target: 'es2022',
  legalComments: 'none',
  outdir: '../src/routebook/static',
  logLevel: 'warning',
  metafile: true,
  // Shorter calls than those that tsconfig.json asks for: 1.4 kB less.
  inject: ['./build-widget-jsx.mjs'],
  tsconfigRaw: {
    compilerOptions: { target: 'es2022', jsx: 'react', jsxFactory: 'jsxElement', jsxFragmentFactory: 'jsxFragment' },
  },
};

/** The policy builder, a widget of its own. */
export const builder = {
  ...options,
  entryPoints: [
    { in: 'src/builder/index.ts', out: 'builder' },
    { in: 'style/builder.css', out: 'builder' },
  ],
};

/** The script and the style that Python writes into the page of a ballot. */
export const ballot = {
  ...options,
  entryPoints: [
    { in: 'src/ballot/index.tsx', out: 'ballot' },
    { in: 'style/ballot.css', out: 'ballot' },
  ],
  format: 'iife',
};

/** Build a bundle, and write beside it the licences of the packages it has parts of: to carry them along is their condition. */
async function bundleWithLicences(bundle) {
  const { metafile } = await build(bundle);
  const packages = new Set(
    Object.keys(metafile.inputs).flatMap((path) => /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? []),
  );
  const notices = [...packages].sort().map(async (name) => {
    const folder = `node_modules/${name}`;
    const { version, license } = JSON.parse(await readFile(`${folder}/package.json`, 'utf8'));
    const file = (await readdir(folder)).find((one) => /^licen[cs]e/i.test(one));
    if (file === undefined) throw new Error(`${name} comes without a licence`);
    return `${name} ${version} (${license})\n\n${(await readFile(`${folder}/${file}`, 'utf8')).trim()}\n`;
  });
  const text = (await Promise.all(notices)).join(`\n${'-'.repeat(80)}\n\n`);
  await writeFile(`${bundle.outdir}/${bundle.entryPoints[0].out}.licenses.txt`, text);
}

if (process.argv[1]?.endsWith('build-widget.mjs')) {
  // Python writes it, with a policy, into a module of its own: routebook.targets.typescript.
  await mkdir(options.outdir, { recursive: true });
  await copyFile('src/policy-reader/reader.ts', `${options.outdir}/reader.ts`);
  for (const one of [options, builder, ballot]) {
    if (process.argv.includes('--watch')) await (await context(one)).watch();
    else await bundleWithLicences(one);
  }
}
