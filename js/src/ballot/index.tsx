// The script of a ballot's page, which Python writes: src/routebook/judging/people/ballot_page.py.

import { render } from 'preact';
import type { Ballot } from './file';
import { Page } from './page';

const written = document.querySelector('#ballot')?.textContent;
const root = document.querySelector('#page');
if (written && root) {
  root.textContent = '';
  render(<Page ballot={JSON.parse(written) as Ballot} />, root);
}
