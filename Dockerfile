# The command in an image of its own: a static program, no shell, no root. State is
# in the volume /state. Build: docker build -t multiaccount .
FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
# The folder is made here, since the image has no shell to make it with.
RUN CGO_ENABLED=0 go build -trimpath -ldflags='-s -w' -o /out/multiaccount ./cmd/multiaccount \
 && mkdir -m 700 /out/state

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /usr/local/go/lib/time/zoneinfo.zip /zoneinfo.zip
COPY --from=build /out/multiaccount /multiaccount
COPY --from=build --chown=65532:65532 /out/state /state
ENV MULTIACCOUNT_DIR=/state ZONEINFO=/zoneinfo.zip
USER 65532:65532
VOLUME /state
ENTRYPOINT ["/multiaccount"]
