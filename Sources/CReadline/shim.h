#pragma once
#include <stdio.h>
#include <readline/readline.h>
#include <readline/history.h>

/* Readline's settings are global variables, which Swift can't write safely; set once, before the first line is read.
   Tab is a tab, for there is nothing to complete; signals are the program's own. */
static inline void souk_readline_prepare(void) {
  rl_readline_name = "souk";
  rl_catch_signals = 0;
  rl_bind_key('\t', rl_insert);
}
