MARK_first=; IFS= builtin read -r -N 16 MARK_first <&4
#ANSWER#
POSIXLY_CORRECT=1
MARK_rest=${SHELLOPTS#*posix}; MARK_posix=${SHELLOPTS#"$MARK_rest"}; \: "${MARK_posix:?}"
\trap - EXIT ERR DEBUG RETURN
\unset -f -- unset [ test echo printf exit return read true false command builtin declare typeset type eval exec set shopt enable trap source . let local export readonly alias unalias hash kill wait shift getopts mapfile readarray pwd cd grep egrep fgrep diff cmp expr || \exit 1
\unalias -a
set +o posix
shopt -u extdebug; enable [ test echo printf exit read true false command builtin declare typeset set trap
unset -v BASH_ENV ENV
PATH=/usr/bin:/bin; hash -r
#TESTS#
MARK_status=$?
POSIXLY_CORRECT=1
MARK_rest=${SHELLOPTS#*posix}; MARK_posix=${SHELLOPTS#"$MARK_rest"}; \: "${MARK_posix:?}"
\unset -f -- unalias typeset read printf command builtin || \exit 1
\unalias -a
case $MARK_status in 0) : ;; *) exit "$MARK_status" ;; esac
trap - EXIT ERR DEBUG RETURN
MARK_names="$(typeset -F) "
case ${MARK_names//$'\n'/ } in *' unset '*|*' [ '*|*' test '*|*' echo '*|*' exit '*|*' return '*|*' true '*|*' false '*|*' trap '*|*' set '*|*' diff '*|*' cmp '*|*' grep '*|*' expr '*) exit 1 ;; esac
IFS= read -r -N 16 MARK_second <&4 && printf '%s%s' "$MARK_first" "$MARK_second" >&3
exit 0
