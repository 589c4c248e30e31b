# For the scripts that hold our code to other programs: need COMMAND PACKAGE...
# installs the first of the packages that can be had, unless the command works.
need() { # what to run, and the packages that bring it
	local try=$1
	shift
	if eval "$try" >/dev/null 2>&1; then return; fi
	if ! command -v apt-get >/dev/null; then
		echo "${0##*/}: '$try' fails: install what brings it ($*)" >&2
		exit 1
	fi
	local sudo=
	if [ "$(id -u)" != 0 ]; then sudo=sudo; fi
	$sudo apt-get update -qq
	for package; do
		if $sudo apt-get install -y -qq "$package" >/dev/null; then return; fi
	done
	echo "${0##*/}: none of $* can be installed" >&2
	exit 1
}
