/* Count tips of a rain gauge on a microcontroller, without counting the bounce of the reed. */

#include <stdbool.h>
#include <stdint.h>

#define QUIET_MS 150u /* a real bucket cannot tip twice in less; 0.2 mm in 150 ms = 4800 mm/h */

struct gauge {
    uint32_t tips;
    uint32_t last_edge_ms;
    bool started;
};

/*
 * Call from the interrupt on each falling edge. Every edge, counted or not, restarts the quiet
 * time, so that a contact that chatters for a second is still one tip.
 * The subtraction is unsigned on purpose: it stays right when the clock wraps after 49 days.
 */
bool gauge_edge(struct gauge *g, uint32_t now_ms)
{
    bool counts = !g->started || now_ms - g->last_edge_ms >= QUIET_MS;
    g->started = true;
    g->last_edge_ms = now_ms;
    if (counts)
        g->tips++;
    return counts;
}

/* Read and reset, in tenths of a millimetre. Interrupts must be off. */
uint32_t gauge_take(struct gauge *g)
{
    uint32_t tenths = g->tips * 2u;
    g->tips = 0;
    return tenths;
}
