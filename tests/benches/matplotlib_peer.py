"""A live plot as one writes it with matplotlib, to be measured beside live-plot. A thread reads numbers from stdin; every
frame takes in the newest, and draws the last ten seconds. Ends when its window is closed or it is ended."""

import sys
import threading
import time
from collections import deque

import matplotlib.pyplot as plt
from matplotlib.animation import FuncAnimation

WINDOW = 10.0

newest = 0.0
frames = 0


def read():
    global newest
    for line in sys.stdin:
        newest = float(line)


threading.Thread(target=read, daemon=True).start()
figure, axes = plt.subplots()
axes.set_ylim(-10, 10)
(line,) = axes.plot([], [], color="#1f77b4")
points = deque()
begin = time.perf_counter()


def frame(_):
    global frames
    frames += 1
    now = time.perf_counter() - begin
    points.append((now, newest))
    while points[0][0] < now - WINDOW:
        points.popleft()
    line.set_data(*zip(*points))
    # The axis moves, so that no part of the picture can be kept from the last frame.
    axes.set_xlim(points[0][0], points[0][0] + WINDOW)
    figure.canvas.draw()
    return (line,)


animation = FuncAnimation(figure, frame, interval=10, blit=True, cache_frame_data=False)
plt.show()
print(frames, "frames", file=sys.stderr)
