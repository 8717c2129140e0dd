#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

// Macros of the library, which Swift does not see.
static inline long ctls_refuse_what_is_old(SSL_CTX *context) {
    // A new handshake within a connection of TLS 1.2 would come in the middle of a write.
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION);
    return SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
}
static inline long ctls_add_to_chain(SSL_CTX *context, X509 *certificate) {
    return SSL_CTX_add1_chain_cert(context, certificate);
}
static inline long ctls_name_host(SSL *connection, const char *host) {
    return SSL_set_tlsext_host_name(connection, host);
}
