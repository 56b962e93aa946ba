# Certificates well and badly made, in the current folder: an authority and its
# children, NAME.pem with NAME.key. To be sourced.
mkdir db; : >db/index; echo 01 >db/serial
cat >ca.conf <<'CONF'
[ca]
default_ca = it
[it]
database = db/index
serial = db/serial
new_certs_dir = db
default_md = sha256
policy = any
copy_extensions = copy
unique_subject = no
email_in_dn = no
rand_serial = yes
[any]
commonName = supplied
CONF
key() { openssl genpkey -quiet -algorithm "${2:-EC}" -pkeyopt "${3:-ec_paramgen_curve:P-256}" -out "$1.key" 2>/dev/null; }
root() { key "$1"; openssl req -x509 -new -key "$1.key" -subj "/CN=test authority $1" -days 30 -out "$1.pem" 2>/dev/null; }
child() { # name, authority, extensions (lines), more arguments of openssl ca
	name=$1 by=$2 ext=$3; shift 3
	[ -f "$name.key" ] || key "$name"
	openssl req -new -key "$name.key" -subj /CN=localhost -out "$name.csr" 2>/dev/null
	printf '%s\n' "$ext" >"$name.ext"
	openssl ca -config ca.conf -batch -notext -cert "$by.pem" -keyfile "$by.key" -in "$name.csr" \
		-extfile "$name.ext" -out "$name.pem" -days 20 "$@" 2>"$name.err" || { cat "$name.err"; exit 1; }
}
san='subjectAltName=DNS:localhost'
root root; root other
child good root "$san,IP:127.0.0.1"
child expired root "$san" -startdate 20200101000000Z -enddate 20200201000000Z
child future root "$san" -startdate 20980101000000Z -enddate 20990101000000Z
child stranger other "$san"
child elsewhere root 'subjectAltName=DNS:example.org'
child nameonly root "$san"
child wild root 'subjectAltName=DNS:*.localhost'
child client root "$san
extendedKeyUsage=clientAuth"
child notca root "$san
basicConstraints=critical,CA:FALSE"
child grandchild notca "$san"
child middle root 'basicConstraints=critical,CA:TRUE'
child orphan middle "$san"
key small RSA rsa_keygen_bits:1024; child small root "$san"
child sha1 root "$san" -md sha1
key self; openssl req -x509 -new -key self.key -subj /CN=localhost -addext "$san" -days 30 -out self.pem 2>/dev/null
