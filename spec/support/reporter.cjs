'use strict'
const Mocha = require('mocha')

/** The spec reporter, with one closing line for scripts to read. */
module.exports = class ClosingLine extends Mocha.reporters.Spec {
  epilogue() {
    super.epilogue()
    const { passes, failures } = this.stats
    Mocha.reporters.Base.consoleLog(`${passes} passed, ${failures} failed`)
  }
}
