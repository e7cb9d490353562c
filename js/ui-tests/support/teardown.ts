import { rmSync } from 'node:fs';
import { FOLDER } from './where';

export default function teardown(): void {
  rmSync(FOLDER(), { recursive: true, force: true, maxRetries: 5 });
}
