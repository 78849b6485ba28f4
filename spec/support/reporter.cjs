'use strict'
const Mocha = require('mocha')

/** The spec reporter, with one closing line for scripts to read. */
module.exports = class ClosingLine extends Mocha.reporters.Spec {
  constructor(runner, options) {
    super(runner, options)
    // A run that reaches its end exits with a code of its own. One that stops on its way, as when a process that runs
    // spec files is lost at a bad moment, must not look like a success.
    process.exitCode = 1
  }

  epilogue() {
    super.epilogue()
    const { passes, failures } = this.stats
    Mocha.reporters.Base.consoleLog(`${passes} passed, ${failures} failed`)
  }
}
