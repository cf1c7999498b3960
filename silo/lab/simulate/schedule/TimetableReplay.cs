using Federated.Aggregation;

namespace Federated.Lab.Simulate;

/// <summary>Brings a timetable to where the journal of an earlier process ends.</summary>
internal static class TimetableReplay
{
    /// <summary>Does again, without calling the silo, what the nodes have done until the newest event.</summary>
    /// <param name="timetable">A new timetable, of the same participation and times.</param>
    /// <param name="events">The run's journal.</param>
    /// <param name="numberOf">A node's number by its id.</param>
    /// <exception cref="InvalidDataException">The journal is that of another simulation.</exception>
    public static void Apply(Timetable timetable, IReadOnlyList<RunEvent> events, Func<string, int> numberOf)
    {
        var now = events.Count == 0 ? default : events[0].At;
        foreach (var happened in events)
        {
            if (happened is UpdateAccepted { Update: var update })
            {
                // Whatever came before it and is not in the journal: check-ins, lost work, updates that were refused.
                while (true)
                {
                    var (due, hasUpdate) = TakeNext(timetable, ref now);
                    if (hasUpdate && due.BaseVersion == update.BaseVersion && due.Node == numberOf(update.NodeId))
                    {
                        break;
                    }

                    if (hasUpdate)
                    {
                        timetable.Refuse();
                    }

                    if (due.At > happened.At)
                    {
                        throw new InvalidDataException(
                            $"the journal has an update of node {numberOf(update.NodeId)} from version {update.BaseVersion} at {happened.At:O}, and the simulation does not: it was begun with other options"
                        );
                    }
                }
            }
            else if (happened.At > now)
            {
                // A timer rang: timers of a moment ring before the nodes of that moment.
                while (timetable is { NeedsRound: true, HasRound: true } || timetable.Next?.At < happened.At)
                {
                    if (TakeNext(timetable, ref now).HasUpdate)
                    {
                        timetable.Refuse();
                    }
                }

                now = happened.At;
            }

            timetable.Apply(happened);
        }
    }

    private static (Due Due, bool HasUpdate) TakeNext(Timetable timetable, ref DateTimeOffset now)
    {
        while (timetable is { NeedsRound: true, HasRound: true })
        {
            timetable.BeginRound(now);
        }

        if (timetable.Next is not { } due)
        {
            throw new InvalidDataException(
                "the journal has an update that no node of this simulation sends: it was begun with other options"
            );
        }

        now = due.At;
        return (due, timetable.Take(due));
    }
}
