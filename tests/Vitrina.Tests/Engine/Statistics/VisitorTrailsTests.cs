using Vitrina.Engine.Statistics;
using Vitrina.Kernels.Codecs;

namespace Vitrina.Tests.Engine.Statistics;

/// <summary>Trails in tables against lists in two dictionaries that take turns.</summary>
public sealed class VisitorTrailsTests
{
    private const long DayMs = 86_400_000;

    [Fact]
    public void Trails_are_those_of_plain_lists_also_after_a_checkpoint()
    {
        Random random = new(7);
        VisitorTrails trails = new();
        Plain plain = new();
        var atMs = 1_000_000L;
        for (var step = 0; step < 20_000; step++)
        {
            UInt128 visitor = (UInt128)(ulong)(1 + random.Next(700)) << (random.Next(2) * 64);
            atMs += random.Next((int)(DayMs / 3_000));
            if (random.Next(50) == 0)
            {
                trails.Forget(visitor);
                plain.Forget(visitor);
            }
            else
            {
                // Now and then an hour late.
                var (item, whenMs) = (random.Next(9), atMs - (random.Next(10) == 0 ? 3_600_000 : 0));
                trails.Add(visitor, item, whenMs);
                plain.Add(visitor, item, whenMs);
            }

            Assert.Equal(plain.Of(visitor), Steps(trails, visitor));
            if (step % 4_000 == 3_999)
            {
                trails = Restored(trails);
            }
        }

        Assert.InRange(trails.Bytes, 700 * 12 * VisitorTrails.Length, 1 << 20);
    }

    private static (int, long)[] Steps(VisitorTrails trails, UInt128 visitor) =>
        [.. trails.Of(visitor).ToArray().Where(step => step.Item >= 0).Select(step => (step.Item, step.AtMs))];

    private static VisitorTrails Restored(VisitorTrails trails)
    {
        ByteWriter writer = new(), again = new();
        trails.Save(writer);
        VisitorTrails restored = new();
        ByteReader reader = new(writer.Written);
        restored.Load(ref reader);
        restored.Save(again);
        Assert.True(writer.Written.SequenceEqual(again.Written));
        return restored;
    }

    private sealed class Plain
    {
        private Dictionary<UInt128, List<(int Item, long AtMs)>> _young = [];
        private Dictionary<UInt128, List<(int Item, long AtMs)>> _old = [];
        private long? _startMs;

        public (int, long)[] Of(UInt128 visitor) => [.. _young.GetValueOrDefault(visitor) ?? _old.GetValueOrDefault(visitor) ?? []];

        public void Forget(UInt128 visitor)
        {
            _young.Remove(visitor);
            _old.Remove(visitor);
        }

        public void Add(UInt128 visitor, int item, long atMs)
        {
            if (_startMs is not { } start || atMs - start >= DayMs)
            {
                (_old, _young, _startMs) = (_young, [], atMs);
            }

            if (!_young.TryGetValue(visitor, out var trail))
            {
                trail = _old.Remove(visitor, out var before) ? before : [];
                _young[visitor] = trail;
            }

            if (trail.Count > 0 && trail[0].AtMs > atMs)
            {
                return;
            }

            if (trail.Count > 0 && trail[0].Item == item)
            {
                trail.RemoveAt(0);
            }

            trail.Insert(0, (item, atMs));
            trail.RemoveRange(Math.Min(trail.Count, VisitorTrails.Length), Math.Max(0, trail.Count - VisitorTrails.Length));
        }
    }
}
