package etcd

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"github.com/seed-810f1486/multiaccount/persistence"
)

// diagnose is storageError for an etcd that has not answered yet. It finds out why: the
// client's error says only that the time was over.
func (o Options) diagnose(ctx context.Context, err error) error {
	if !isTransient(err) || ctx.Err() != nil {
		return storageError(o.Endpoints, err)
	}
	causes := o.visitAll(ctx)
	var silent []error
	for _, cause := range causes {
		if cause != nil {
			silent = append(silent, cause)
		}
	}
	if len(silent) == 0 { // most members do not reach each other
		return storageError(o.Endpoints, err)
	}
	return &persistence.StorageError{
		Path: strings.Join(o.Endpoints, ","), Fix: adviceForVisit(silent[0]),
		Err: fmt.Errorf("etcd: %d of %d endpoints cannot be used: %w", len(silent), len(causes), silent[0]),
	}
}

// visitAll asks each endpoint by itself, and returns what went wrong with each.
func (o Options) visitAll(ctx context.Context) []error {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: o.TLS.Clone(), DisableKeepAlives: true}}
	causes := make([]error, len(o.Endpoints))
	var visits sync.WaitGroup
	for i, endpoint := range o.Endpoints {
		visits.Go(func() { causes[i] = visit(ctx, client, endpoint) })
	}
	visits.Wait()
	return causes
}

// visit asks one endpoint for its version, which needs no user.
func visit(ctx context.Context, client *http.Client, endpoint string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimSuffix(endpoint, "/")+"/version", http.NoBody)
	if err != nil {
		return err
	}
	resp, err := client.Do(req)
	if failed, ok := errors.AsType[*url.Error](err); ok {
		return fmt.Errorf("%s: %w", endpoint, failed.Err)
	}
	if err != nil {
		return err
	}
	return resp.Body.Close()
}

func adviceForVisit(cause error) string {
	var untrusted x509.UnknownAuthorityError
	var name x509.HostnameError
	var invalid x509.CertificateInvalidError
	var told *net.OpError
	switch {
	case errors.Is(cause, io.EOF):
		return "check whether it speaks TLS, and write https:// or http:// in store.endpoints"
	case errors.As(cause, &untrusted):
		return "name in store.tls.ca the certificate of who signed the members' certificates"
	case errors.As(cause, &name):
		return "use in store.endpoints a name that the member's certificate is for"
	case errors.As(cause, &invalid):
		return "renew the member's certificate, or set this machine's clock"
	case errors.As(cause, &told) && told.Op == "remote error":
		return "check store.tls.certificate and store.tls.key: etcd wants a certificate that its own authority has signed"
	}
	return "check store.endpoints, that etcd runs there, and the network between"
}
