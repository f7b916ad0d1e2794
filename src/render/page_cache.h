/*
 * Pages made ahead, as templates: transforming one costs milliseconds, filling one in some
 * microseconds. What a page depends on besides the person is its key; the first that asks for a key
 * has the page made, and everybody after that shares it. A cache belongs to one provider set, so
 * that nothing in it ever becomes wrong.
 *
 * The one part of a provider set that changes while threads share it: they may find and add at the
 * same time, without a lock. It only grows, up to PAGE_CACHE_SLOTS pages of PAGE_CACHE_BYTES in
 * all; what has no room is made anew each time.
 */
#ifndef RENDER_PAGE_CACHE_H
#define RENDER_PAGE_CACHE_H

#include "base/cleanup.h"
#include "base/error.h"
#include "render/template.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PAGE_CACHE_SLOTS 4096
#define PAGE_CACHE_BYTES (64 * 1024 * 1024)

struct page_cache;

int page_cache_new(struct page_cache **ret, struct error *err);

/* The template of key, which is not 0; NULL: there is none yet. Lives as long as the cache. */
const struct template *page_cache_find(const struct page_cache *cache, uint64_t key);

/*
 * Offers the template of key, of size bytes. True: the cache owns it now. False: it has no room, or
 * another thread was first; the caller keeps it.
 */
bool page_cache_add(struct page_cache *cache, uint64_t key, struct template *template, size_t size);

/* How many pages there are, and their bytes. */
void page_cache_figures(const struct page_cache *cache, size_t *ret_pages, size_t *ret_bytes);

void page_cache_free(struct page_cache *cache);
DEFINE_CLEANUP(struct page_cache *, page_cache_free)

#endif
