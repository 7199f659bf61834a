#pragma once
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <readline/readline.h>
#include <readline/history.h>

/* The function that Tab calls; readline lists what is possible when it is called twice. */
static inline rl_command_func_t **souk_readline_tab(void) {
  static rl_command_func_t *tab;
  return &tab;
}
static inline int souk_readline_complete(void) { return rl_complete_internal(rl_completion_mode(*souk_readline_tab())); }

/* Readline's settings are global variables, which Swift can't write safely; set once, before the first line is read.
   Signals are the program's own. Names may hold letters of any script, so only these bytes end a word. */
static inline void souk_readline_prepare(char **(*complete)(const char *, int, int), int (*help)(int, int), int (*tab)(int, int)) {
  rl_readline_name = "souk";
  rl_catch_signals = 0;
  rl_catch_sigwinch = 0;
  rl_attempted_completion_function = complete;
  rl_completer_word_break_characters = " \t\n\"\\'`@$><=;|&{(+-*/^%,.:[]})#?";
  rl_completer_quote_characters = "";
  rl_basic_quote_characters = "";
  rl_sort_completion_matches = 0;
  *souk_readline_tab() = tab;
  rl_add_defun("souk-help", help, -1);
  rl_add_defun("souk-complete", tab, -1);
  rl_initialize();
  rl_bind_key_if_unbound('\t', tab);
  rl_bind_key_in_map('\t', tab, rl_get_keymap_by_name("emacs-standard"));
  rl_bind_key_in_map('\t', tab, rl_get_keymap_by_name("vi-insert"));
  rl_bind_keyseq_if_unbound_in_map("\\eh", help, rl_get_keymap_by_name("emacs-standard"));
  rl_bind_keyseq_if_unbound_in_map("\\eOP", help, rl_get_keymap_by_name("emacs-standard"));
  rl_bind_keyseq_if_unbound_in_map("\\eOP", help, rl_get_keymap_by_name("vi-insert"));
  rl_bind_keyseq_if_unbound_in_map("\\e[11~", help, rl_get_keymap_by_name("emacs-standard"));
}

/* What completion found: `matches` for readline, in memory that it frees; `append` for a match that stands alone. Names of files
   are never offered in its place. */
static inline char **souk_readline_matches(const char *text, char *(*next)(const char *, int), int append) {
  rl_attempted_completion_over = 1;
  rl_completion_append_character = append;
  rl_completion_suppress_append = append == 0;
  return rl_completion_matches(text, next);
}

static inline const char *souk_readline_line(void) { return rl_line_buffer ? rl_line_buffer : ""; }
static inline int souk_readline_point(void) { return rl_point; }

/* Shows text below the line, and the line again below that. */
static inline void souk_readline_show(const char *text) {
  rl_crlf();
  fputs(text, rl_outstream);
  fflush(rl_outstream);
  rl_on_new_line();
  rl_redisplay();
}

/* After the program was stopped and goes on: the terminal's modes and the line once more. */
static inline void souk_readline_resume(void) {
  rl_prep_terminal(1);
  rl_forced_update_display();
}

/* Columns of a character, as readline reckons; the C library declares this only where X/Open is asked for. */
extern int wcwidth(wchar_t);
static inline int souk_readline_columns(uint32_t scalar) { return wcwidth((wchar_t)scalar); }

/* Whether a long line is wrapped, and rows above the cursor's can be reached. */
static inline int souk_readline_wraps(void) {
  const char *scrolls = rl_variable_value("horizontal-scroll-mode");
  return rl_get_termcap("up") != NULL && !(scrolls && strcmp(scrolls, "on") == 0);
}

/* Columns of the prompt that is shown, with the mode of vi and what is searched for. */
static inline int souk_readline_prompt_columns(void) { return rl_display_prompt ? rl_expand_prompt(rl_display_prompt) : 0; }

/* Clears from `rows` above the cursor on and draws prompt and line there. */
static inline void souk_readline_redraw(int rows) {
  if (rows > 0) fprintf(rl_outstream, "\033[%dA", rows);
  fputs("\r\033[J", rl_outstream);
  fflush(rl_outstream);
  rl_on_new_line();
  rl_forced_update_display();
}
