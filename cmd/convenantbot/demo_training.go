package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/convenantbot/convenantbot/adapters/playground"
	"github.com/convenantbot/convenantbot/bot"
)

// training reads what "--training" asks for; nil without it.
func (d *Demo) training() (*playground.Training, error) {
	if !d.Training {
		if len(d.Host) > 0 || d.Cert != "" || d.Key != "" {
			return nil, errors.New("--host, --cert and --key go with --training; the try-out itself listens on this machine alone")
		}
		return nil, nil
	}
	if d.Vault {
		return nil, errors.New("--vault: its pages listen on this machine alone, so it does not go with --training; use one of the two")
	}
	if (d.Cert == "") != (d.Key == "") {
		return nil, errors.New("--cert and --key go together")
	}
	if d.Listen == "127.0.0.1:0" {
		d.Listen = ":8443"
	}
	if d.Dir == "" {
		d.Dir = filepath.Join(os.TempDir(), fmt.Sprintf("convenantbot-training-%d", os.Getuid()))
	} else if entries, err := os.ReadDir(d.Dir); err == nil && len(entries) > 0 && !isTraining(d.Dir) {
		return nil, fmt.Errorf("--dir %s: a training wipes its folder, and this one has something else in it; give an empty one", d.Dir)
	}
	hosts, err := trainingHosts(d.Host)
	if err != nil {
		return nil, err
	}
	var pair tls.Certificate
	if d.Cert != "" {
		if pair, err = tls.LoadX509KeyPair(d.Cert, d.Key); err != nil {
			return nil, fmt.Errorf("--cert %s and --key %s: %w", d.Cert, d.Key, err)
		}
	} else if pair, err = certificateForADay(hosts, time.Now()); err != nil {
		return nil, err
	}
	return &playground.Training{TLS: &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}, Hosts: hosts}, nil
}

// trainingMark stands in the folder of a training, which may be wiped.
const trainingMark = "training"

func isTraining(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, trainingMark))
	return err == nil
}

// wipe empties the folder of a training and marks it as one.
func (d *Demo) wipe() error {
	if err := os.RemoveAll(d.Dir); err != nil {
		return fmt.Errorf("wipe the training: %w; remove %s by hand", err, d.Dir)
	}
	if err := os.MkdirAll(d.Dir, 0o700); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(d.Dir, trainingMark), nil, 0o600)
}

// trainingHosts are the names under which the others reach this machine: the ones
// given, or its addresses.
func trainingHosts(given []string) ([]string, error) {
	if len(given) > 0 {
		for _, h := range given {
			if h == "" || strings.ContainsAny(h, "/:@ ") && net.ParseIP(h) == nil {
				return nil, fmt.Errorf("--host %q is no name or address; give it without https:// and without a port", h)
			}
		}
		return given, nil
	}
	addrs, err := net.InterfaceAddrs()
	if err != nil {
		return nil, fmt.Errorf("find the addresses of this machine: %w; name one with --host", err)
	}
	var hosts []string
	for _, a := range addrs {
		if n, ok := a.(*net.IPNet); ok && !n.IP.IsLoopback() && !n.IP.IsLinkLocalUnicast() {
			hosts = append(hosts, n.IP.String())
		}
	}
	// Addresses of four numbers first: they are read aloud. Then this machine itself.
	slices.SortStableFunc(hosts, func(a, b string) int { return strings.Count(a, ":") - strings.Count(b, ":") })
	return append(hosts, "localhost", "127.0.0.1"), nil
}

// certificateForADay signs itself: browsers warn once, and the trainer tells what
// its fingerprint is.
func certificateForADay(hosts []string, now time.Time) (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		return tls.Certificate{}, err
	}
	c := &x509.Certificate{SerialNumber: serial, Subject: pkix.Name{CommonName: "convenantbot training"}, NotBefore: now.Add(-time.Hour), NotAfter: now.Add(26 * time.Hour),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}, BasicConstraintsValid: true}
	for _, h := range hosts {
		if ip := net.ParseIP(h); ip != nil {
			c.IPAddresses = append(c.IPAddresses, ip)
		} else {
			c.DNSNames = append(c.DNSNames, h)
		}
	}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, err
}

// printTraining prints the codes that the trainer hands out.
func printTraining(out *IO, chat *playground.Chat, s playground.Samples, t *playground.Training) {
	known := map[bot.UserID]playground.Person{}
	for _, p := range s.People {
		known[p.ID] = p
	}
	w := tabwriter.NewWriter(out.Out, 0, 0, 2, ' ', 0)
	for _, c := range chat.Codes() {
		if c.Person == "" {
			fmt.Fprintf(w, "%s\ttrainer\tmay be anybody, sets the clock\n", c.Code)
			continue
		}
		fmt.Fprintf(w, "%s\t%s\t%s\n", c.Code, known[c.Person].Name, known[c.Person].Function)
	}
	_ = w.Flush() // like every line that is printed
	sum := sha256.Sum256(t.TLS.Certificates[0].Certificate[0])
	fmt.Fprintf(out.Err, "Training with invented people. Give everybody the address and a code. Fingerprint (SHA-256) of the certificate: %X\n"+
		"Everything is wiped when it stops. Stop with Ctrl-C.\n", sum)
}
