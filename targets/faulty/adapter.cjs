#!/usr/bin/env node
'use strict';
/** The kit's own faulty client as a real process: node adapter.cjs [--fault ID | --tricky ID] [--seed N] */
const { adapterOf } = require('../../dist/targets/faulty/adapter-main.js');

const adapter = adapterOf(process.argv.slice(2), __filename);
if (adapter !== undefined) import('../adapter-kit/serve.mjs').then(({ serve }) => serve(adapter));
