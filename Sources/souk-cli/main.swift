// The command line: words → a verb → its exit code. See Verbs.swift for the list.

import Souk

Terminal.prepare()
Crash.watch()
Terminal.finish(Entry.run(Array(CommandLine.arguments.dropFirst())))
