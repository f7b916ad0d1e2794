/*
 * A ring: the newest takes the place of the oldest. Where there are more issuers than places, some
 * are in memory more than once, and nothing else is worse.
 */
#include "sign/certificate_pool.h"

#include <openssl/x509v3.h>
#include <pthread.h>
#include <stdbool.h>
#include <string.h>

struct pooled {
	unsigned char *der;
	long size;
	X509 *certificate;
};

struct certificate_pool {
	pthread_mutex_t mutex; /* for all that follows */
	struct pooled list[CERTIFICATE_POOL_SIZE];
	size_t next; /* to be replaced */
};

int certificate_pool_new(struct certificate_pool **ret, struct error *err)
{
	struct certificate_pool *pool = calloc(1, sizeof(*pool));

	if (!pool)
		return error_no_memory(err);
	if (pthread_mutex_init(&pool->mutex, NULL) != 0) {
		free(pool);
		return error_no_memory(err);
	}
	*ret = pool;
	return 0;
}

static X509 *parse(const unsigned char *der, long size)
{
	X509 *certificate = d2i_X509(NULL, &der, size);

	/* for the side effect: OpenSSL notes in a certificate what its extensions say */
	if (certificate)
		(void)X509_check_purpose(certificate, -1, 0);
	return certificate;
}

static X509 *find(struct certificate_pool *pool, const unsigned char *der, long size)
{
	X509 *certificate = NULL;

	pthread_mutex_lock(&pool->mutex);
	for (size_t i = 0; !certificate && i < CERTIFICATE_POOL_SIZE; i++) {
		const struct pooled *pooled = &pool->list[i];

		if (pooled->size == size && memcmp(pooled->der, der, (size_t)size) == 0 &&
		    X509_up_ref(pooled->certificate))
			certificate = pooled->certificate;
	}
	pthread_mutex_unlock(&pool->mutex);
	return certificate;
}

/* Without memory it is not kept. */
static void keep(struct certificate_pool *pool, const unsigned char *der, long size,
		 X509 *certificate)
{
	struct pooled pooled = { malloc((size_t)size), size, certificate }, old;

	if (!pooled.der)
		return;
	if (!X509_up_ref(certificate)) {
		free(pooled.der);
		return;
	}
	memcpy(pooled.der, der, (size_t)size);
	pthread_mutex_lock(&pool->mutex);
	old = pool->list[pool->next];
	pool->list[pool->next] = pooled;
	pool->next = (pool->next + 1) % CERTIFICATE_POOL_SIZE;
	pthread_mutex_unlock(&pool->mutex);
	free(old.der);
	X509_free(old.certificate);
}

X509 *certificate_pool_take(struct certificate_pool *pool, const unsigned char *der, long size)
{
	X509 *certificate;

	if (!pool || size <= 0)
		return parse(der, size);
	certificate = find(pool, der, size);
	if (certificate)
		return certificate;
	certificate = parse(der, size);
	if (certificate)
		keep(pool, der, size, certificate);
	return certificate;
}

void certificate_pool_free(struct certificate_pool *pool)
{
	if (!pool)
		return;
	for (size_t i = 0; i < CERTIFICATE_POOL_SIZE; i++) {
		free(pool->list[i].der);
		X509_free(pool->list[i].certificate);
	}
	pthread_mutex_destroy(&pool->mutex);
	free(pool);
}
