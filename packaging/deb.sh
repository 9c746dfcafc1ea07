#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# usage: deb.sh BUILD OUT    packs BUILD/src/app/patrond and patron as OUT/patron_VERSION_ARCH.deb, and what a debugger
# needs of them as OUT/patron-dbgsym_VERSION_ARCH.deb. Equal binaries make equal packages.
set -eu
build="$(readlink -f "$1")"
mkdir -p "$2"
out="$(readlink -f "$2")"
here="$(dirname "$(readlink -f "$0")")"
version="$("$build/src/app/patrond" --version | cut -d' ' -f2)"
arch="$(dpkg --print-architecture)"
epoch="${SOURCE_DATE_EPOCH:-$(git -C "$here" log -1 --format=%ct 2>/dev/null || echo 0)}"
export SOURCE_DATE_EPOCH="$epoch"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
umask 022
root="$work/patron"
symbols="$work/patron-dbgsym"

# put MODE FILE TARGET
put() { install -D -m "$1" "$2" "$root/$3"; }

for program in patrond patron; do
    put 755 "$build/src/app/$program" "usr/bin/$program"
    id="$(readelf -n "$root/usr/bin/$program" | sed -n 's/.*Build ID: //p')"
    debug="$symbols/usr/lib/debug/.build-id/$(echo "$id" | cut -c1-2)/$(echo "$id" | cut -c3-).debug"
    mkdir -p "$(dirname "$debug")"
    objcopy --only-keep-debug --compress-debug-sections "$root/usr/bin/$program" "$debug"
    chmod 644 "$debug"
    strip --strip-unneeded --remove-section=.comment --remove-section=.note "$root/usr/bin/$program"
done
put 644 "$here/debian/patron.service" lib/systemd/system/patron.service
put 640 "$here/debian/patron.conf" etc/patron/patron.conf
put 644 "$here/debian/patron.logrotate" etc/logrotate.d/patron
put 644 "$here/debian/copyright" usr/share/doc/patron/copyright
put 644 "$here/debian/lintian-overrides" usr/share/lintian/overrides/patron
install -d -m 750 "$root/etc/patron/tls"
for page in "$here"/../docs/operate/*.md "$here"/../docs/settings.md "$here"/../docs/cli.md; do
    put 644 "$page" "usr/share/doc/patron/operate/$(basename "$page")"
done
python3 "$here/manpages.py" "$build/src/app/patrond" "$build/src/app/patron" "$work/man"
put 644 "$work/man/patrond.8" usr/share/man/man8/patrond.8
put 644 "$work/man/patron.1" usr/share/man/man1/patron.1
sed "s/@VERSION@/$version/; s/@DATE@/$(LC_ALL=C date -R -u -d "@$epoch")/" "$here/debian/changelog.in" >"$work/changelog"
put 644 "$work/changelog" usr/share/doc/patron/changelog
gzip -9n "$root"/usr/share/man/man*/* "$root/usr/share/doc/patron/changelog"

# which packages the programs need, and from which version on: Debian's own tool knows
mkdir -p "$work/shlibs/debian"
printf 'Source: patron\n\nPackage: patron\nArchitecture: any\n' >"$work/shlibs/debian/control"
depends="$(cd "$work/shlibs" && dpkg-shlibdeps -O "$root/usr/bin/patrond" "$root/usr/bin/patron" | sed -n 's/^shlibs:Depends=//p')"

# control FOLDER TEMPLATE: fills in what is known only now
control() {
    mkdir -p "$1/DEBIAN"
    size="$(du -k -s --apparent-size "$1" | cut -f1)"
    sed "s/@VERSION@/$version/; s/@ARCH@/$arch/; s/@SIZE@/$size/; s/@DEPENDS@/$depends/" "$here/debian/$2" >"$1/DEBIAN/control"
    (cd "$1" && find . -type f ! -path './DEBIAN/*' -printf '%P\n' | LC_ALL=C sort | xargs md5sum >DEBIAN/md5sums)
    find "$1" -depth -exec touch -h -d "@$epoch" {} +
    dpkg-deb --root-owner-group -Zxz --build "$1" "$out" >&2
}

mkdir -p "$root/DEBIAN"
printf '/etc/patron/patron.conf\n/etc/logrotate.d/patron\n' >"$root/DEBIAN/conffiles"
for script in postinst prerm postrm; do
    install -m 755 "$here/debian/$script" "$root/DEBIAN/$script"
done
control "$root" control.in
control "$symbols" control-dbgsym.in
echo "$out/patron_${version}_$arch.deb"
