// Stands in for lodash where it is not installed: the one function that MBXP's tests call.
'use strict';
const { isDeepStrictEqual } = require('util');
module.exports = { isEqual: (a, b) => isDeepStrictEqual(a, b) };
