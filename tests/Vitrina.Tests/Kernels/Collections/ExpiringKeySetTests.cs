using Vitrina.Kernels.Chance;
using Vitrina.Kernels.Codecs;
using Vitrina.Kernels.Collections;

namespace Vitrina.Tests.Kernels.Collections;

public class ExpiringKeySetTests
{
    [Theory]
    [InlineData(6, 6000)]
    [InlineData(1, 5000)]
    [InlineData(4, 1003)]
    [InlineData(100, 100_000)]
    public void Answers_are_those_of_a_dictionary_of_spans(int generations, int horizonMs)
    {
        var set = new ExpiringKeySet(TimeSpan.FromMilliseconds(horizonMs), generations);
        var plain = new Dictionary<UInt128, long>();
        var span = (horizonMs + generations - 1) / generations;
        var stream = RandomStream.For(1, "expiring", (ulong)generations);
        var now = -20_000L;
        for (var step = 0; step < 60_000; step++)
        {
            now += stream.NextInt(3) == 0 ? stream.NextInt(5) : 0;
            if (stream.NextInt(5000) == 0)
            {
                now += stream.NextInt(3 * horizonMs);
            }
            if (stream.NextInt(2000) == 0)
            {
                set = Reload(set);
            }
            var generation = (long)Math.Floor((double)now / span);
            var key = new UInt128(1, (ulong)stream.NextInt(8000));
            var known = plain.TryGetValue(key, out var addedIn) && generation - addedIn <= generations;
            Assert.Equal(!known, set.TryAdd(key, now));
            if (!known)
            {
                plain[key] = generation;
            }
            if (step % 997 == 0)
            {
                Assert.Equal(plain.Values.Count(added => generation - added <= generations), set.Count);
            }
        }
    }

    [Fact]
    public void A_key_lives_at_least_the_horizon_and_at_most_a_generation_longer()
    {
        for (var start = 0; start < 600; start += 7)
        {
            var set = new ExpiringKeySet(TimeSpan.FromMilliseconds(600));
            set.TryAdd(5, start);
            Assert.False(set.TryAdd(5, start + 1));
            Assert.False(set.TryAdd(5, start + 600));
            Assert.True(set.TryAdd(5, start + 700));
        }
    }

    [Fact]
    public void A_clock_that_steps_back_forgets_nothing()
    {
        var set = new ExpiringKeySet(TimeSpan.FromSeconds(1));
        Assert.True(set.TryAdd(1, 100_000));
        Assert.True(set.TryAdd(2, 5));
        Assert.False(set.TryAdd(1, 5));
        Assert.False(set.TryAdd(2, 100_900));
    }

    [Fact]
    public void Memory_stays_below_32_bytes_per_key_while_keys_come_and_go()
    {
        var set = new ExpiringKeySet(TimeSpan.FromMilliseconds(600));
        var stream = RandomStream.For(4, "memory");
        for (var now = 0; now < 3000; now++)
        {
            // Ten times as many arrivals in the middle: the set grows and shrinks again.
            var arrivals = now is > 1000 and < 1600 ? 2500 : 250;
            for (var arrival = 0; arrival < arrivals; arrival++)
            {
                set.TryAdd(new UInt128(stream.NextUInt64(), stream.NextUInt64()), now);
            }
            if (now > 200)
            {
                Assert.InRange((double)set.Bytes / set.Count, 17, 32);
            }
        }
        set.TryAdd(1, 1_000_000);
        Assert.Equal(1, set.Count);
        Assert.InRange(set.Bytes, 1, 30_000);
    }

    [Fact]
    public void Damaged_bytes_are_refused()
    {
        var set = new ExpiringKeySet(TimeSpan.FromSeconds(1));
        for (var key = 0; key < 20; key++)
        {
            set.TryAdd((UInt128)key, key * 50);
        }
        var writer = new ByteWriter();
        set.Save(writer);
        var whole = writer.ToArray();
        for (var length = 0; length < whole.Length; length++)
        {
            var cut = whole[..length];
            Assert.Throws<CodecException>(() => { var reader = new ByteReader(cut); ExpiringKeySet.Load(ref reader); });
        }
        whole[0] = 99;
        Assert.Throws<CodecException>(() => { var reader = new ByteReader(whole); ExpiringKeySet.Load(ref reader); });
    }

    private static ExpiringKeySet Reload(ExpiringKeySet set)
    {
        var writer = new ByteWriter();
        set.Save(writer);
        var reader = new ByteReader(writer.Written);
        var loaded = ExpiringKeySet.Load(ref reader);
        Assert.True(reader.AtEnd);
        Assert.Equal(set.Count, loaded.Count);
        return loaded;
    }
}
