/**
 * How much of convgrad a page downloads: each program of bench/bundles/, bundled, minified and gzipped.
 *
 *     npm run bench:size
 */
import { BUNDLES, bundledBytes } from './lib/size.js';

for (const bundle of BUNDLES) console.log(`${bundle}: ${((await bundledBytes(bundle)) / 1000).toFixed(1)} kB`);
