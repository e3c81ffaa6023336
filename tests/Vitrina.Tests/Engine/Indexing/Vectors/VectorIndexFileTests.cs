using System.Globalization;
using Vitrina.Engine.Indexing.Text;
using Vitrina.Engine.Indexing.Vectors;
using Vitrina.Kernels.Chance;
using Vitrina.Kernels.Files;
using Vitrina.Kernels.Vectors;

namespace Vitrina.Tests.Engine.Indexing.Vectors;

public sealed class VectorIndexFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("vitrina-vectors-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void An_index_comes_back_with_its_graph_under_other_ordinals()
    {
        var random = RandomStream.For(1, "vectors");
        var (index, _) = VectorIndexTests.Built(1200, VectorIndexTests.Options(VectorMetric.Cosine) with { FlatLimit = 100 }, ref random);
        for (var item = 0; item < 50; item++)
        {
            index.Remove(item);
        }

        Write(index);
        var read = VectorIndexFile.Read(At(), index.Options, id => 2000 - int.Parse(id, CultureInfo.InvariantCulture));
        Assert.Equal(1150, read.Count);
        Assert.Equal(index.Generation.Graph.LinkedCount, read.Generation.Graph.LinkedCount);
        for (var number = 0; number < 20; number++)
        {
            var query = VectorIndexTests.Vector(ref random);
            var (before, scores) = VectorIndexTests.Search(index.Freeze(), query, default(AnyItem), 10, 64);
            var (after, sameScores) = VectorIndexTests.Search(read.Freeze(), query, default(AnyItem), 10, 64);
            Assert.Equal(before.Select(item => 2000 - item), after);
            Assert.Equal(scores, sameScores);
        }

        // Items that are gone leave slots that nobody has.
        Assert.Equal(575, VectorIndexFile.Read(At(), index.Options, id => id[^1] % 2 == 0 ? int.Parse(id, CultureInfo.InvariantCulture) : -1).Count);
    }

    [Fact]
    public void Damage_is_named()
    {
        var random = RandomStream.For(2, "vectors");
        var (index, _) = VectorIndexTests.Built(30, VectorIndexTests.Options(VectorMetric.L2) with { FlatLimit = 0 }, ref random);
        Write(index);
        var whole = File.ReadAllBytes(At());
        for (var place = 0; place < whole.Length; place += 97)
        {
            File.WriteAllBytes(At(), whole[..place]);
            Assert.Equal(At(), Assert.Throws<DamagedFileException>(() => Read(index.Options)).Path);
            var changed = (byte[])whole.Clone();
            changed[place] ^= (byte)(1 << (place % 8));
            File.WriteAllBytes(At(), changed);
            Assert.Equal(At(), Assert.Throws<DamagedFileException>(() => Read(index.Options)).Path);
        }

        File.WriteAllBytes(At(), whole);
        Assert.Equal(30, Read(index.Options).Count);
        Assert.Equal("was written with another metric", Assert.Throws<DamagedFileException>(() => Read(index.Options with { Metric = VectorMetric.Dot })).Reason);
        Assert.Equal("was written with another graph option", Assert.Throws<DamagedFileException>(() => Read(index.Options with { M = 8 })).Reason);
    }

    private string At() => Path.Combine(_folder, "index");

    private void Write(VectorIndex index) => VectorIndexFile.Write(At(), index, item => item.ToString(CultureInfo.InvariantCulture));

    private VectorIndex Read(VectorIndexOptions options) => VectorIndexFile.Read(At(), options, id => int.Parse(id, CultureInfo.InvariantCulture));
}
