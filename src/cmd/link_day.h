/* Days of settings links, as struct settings_link counts them, in UTC. */
#ifndef CMD_LINK_DAY_H
#define CMD_LINK_DAY_H

#include <stdint.h>

#define LINK_DAY_SIZE sizeof("2149-06-06") /* bytes of a text, with the NUL */

/* The day so many days from today. */
uint16_t link_day_after(long days);

/* "2026-12-23" */
void link_day_text(uint16_t day, char ret[LINK_DAY_SIZE]);

#endif
