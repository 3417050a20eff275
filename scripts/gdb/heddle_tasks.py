"""Async stack traces in gdb, of programs built with HEDDLE_TASK_TRACES.

    (gdb) source scripts/gdb/heddle_tasks.py
    (gdb) heddle-tasks

prints a stack for each task that waits, innermost first, as heddle::task_stacks() does. It reads memory only, so it works
on a core dump, too.
"""

import os

import gdb


def place(location):
    told = location["_M_impl"]
    if int(told) == 0:
        return "?"
    return "%s:%d" % (os.path.basename(told["_M_file_name"].string()), int(told["_M_line"]))


def name(task):
    told = task["made_at_"]["_M_impl"]
    function = "?" if int(told) == 0 else told["_M_function_name"].string()
    return "%s (%s)" % (function, place(task["made_at_"]))


def registered_tasks():
    """The registered traces by the address of their frame. The nodes of the hash table form one list."""
    storage = gdb.parse_and_eval("&'heddle::detail::TaskRegistry::instance()::registry'")
    registry = storage.cast(gdb.lookup_type("heddle::detail::TaskRegistry").pointer()).dereference()
    table = registry["tasks"]["_M_h"]
    trace = gdb.lookup_type("heddle::detail::TaskTrace").pointer()
    entry = gdb.lookup_type("void").pointer().pointer()
    tasks = {}
    node = table["_M_before_begin"]["_M_nxt"]
    while int(node) != 0:
        # A node is its link, then the pair of frame and trace.
        words = node.cast(entry)
        tasks[int(words[1])] = words[2].cast(trace).dereference()
        node = node["_M_nxt"]
    return tasks


class HeddleTasks(gdb.Command):
    """Print the async stacks of all tasks that wait."""

    def __init__(self):
        super().__init__("heddle-tasks", gdb.COMMAND_STACK)

    def invoke(self, argument, from_tty):
        try:
            tasks = registered_tasks()
        except gdb.error as error:
            raise gdb.GdbError("no task registry: is this program built with HEDDLE_TASK_TRACES? (%s)" % error)
        awaiting = {int(task["awaited_by_"]) for task in tasks.values()}
        for frame, task in tasks.items():
            if frame in awaiting or not task["waited_"] or task["ended_"]:
                continue
            print("%s waits at %s" % (name(task), place(task["waits_at_"])))
            outer = tasks.get(int(task["awaited_by_"]))
            while outer is not None:
                print("  awaited by %s at %s" % (name(outer), place(outer["waits_at_"])))
                outer = tasks.get(int(outer["awaited_by_"]))


HeddleTasks()
