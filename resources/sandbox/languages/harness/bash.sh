MARK_first=; IFS= builtin read -r -N 16 MARK_first <&4; exec {MARK_in}<&4 {MARK_out}>&3 3>&- 4<&-
BASH_ARGV0=bash
#ANSWER#
BASH_ARGV0=program.sh
POSIXLY_CORRECT=1
MARK_rest=${SHELLOPTS#*posix}; MARK_posix=${SHELLOPTS#"$MARK_rest"}; \: "${MARK_posix:?}"
\trap - EXIT ERR DEBUG RETURN
\unset -f -- unset [ test echo printf exit return read true false command builtin declare typeset type eval exec set shopt enable trap source . let local export readonly alias unalias hash kill wait shift getopts mapfile readarray pwd cd grep egrep fgrep diff cmp expr || \exit 1
\unalias -a
set +o posix
shopt -u extdebug inherit_errexit; enable [ test echo printf exit read true false command builtin declare typeset set trap
unset -v BASH_ENV ENV
PATH=/usr/bin:/bin; hash -r
MARK_held() { local MARK_s=$?; [[ -n ${MARK_h-} ]] || { MARK_h=1; printf h >&"$MARK_out"; }; return "$MARK_s"; }
MARK_fail() { [[ -n ${MARK_f-} ]] || { MARK_f=1; printf F >&"$MARK_out"; }; return 0; }
MARK_lost() { MARK_fail; return 1; }
MARK_pipe() {
  local MARK_p=("${PIPESTATUS[@]}") MARK_s
  for MARK_s in "${MARK_p[@]}"; do case $MARK_s in 0|141) ;; *) MARK_fail ;; esac; done
  return "$MARK_s"
}
MARK_err() {
  (( BASH_SUBSHELL )) || case "$MARK_lines" in *" $1 "*) MARK_fail ;; esac
  case "$MARK_deep" in *" $1 "*) MARK_fail ;; esac
}
MARK_source() { [[ ! -e $1 ]] || . "$@"; }
MARK_exit() {
  local MARK_s="${1-$?}"
  (( BASH_SUBSHELL == 0 )) && [[ $MARK_s == 0 ]] || exit "$MARK_s"
  MARK_end
}
MARK_end() {
POSIXLY_CORRECT=1
MARK_rest=${SHELLOPTS#*posix}; MARK_posix=${SHELLOPTS#"$MARK_rest"}; \: "${MARK_posix:?}"
\unset -f -- unalias typeset read printf command builtin || \exit 1
\unalias -a
trap - ERR DEBUG RETURN
MARK_names="$(typeset -F) "
for MARK_name in GUARDED; do
  case " ${MARK_names//$'\n'/ } " in *" $MARK_name "*) exit 1 ;; esac
done
IFS= read -r -N 16 MARK_second <&"$MARK_in" && printf '%s%s' "$MARK_first" "$MARK_second" >&"$MARK_out"
set +o posix
exit 0
}
MARK_lines=' LINES ' MARK_deep=' DEEP '
set -E; trap 'MARK_err "$LINENO"' ERR
#TESTS#
MARK_status=$?
case $MARK_status in 0) MARK_end ;; *) exit "$MARK_status" ;; esac
