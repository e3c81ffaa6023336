using Vitrina.Engine.Models.Trees;
using Vitrina.Kernels.Codecs;
using Vitrina.Kernels.Files;

namespace Vitrina.Engine.Models.Registry;

/// <summary>The bytes of a tree ensemble: link, base score, inputs, then each tree's splits, leaves and sets of categories.</summary>
internal static class TreeFile
{
    // "VTRE" as little-endian bytes.
    internal const uint Magic = 0x45525456;
    private const ushort Version = 1;

    // Input, threshold, rules, two children, cover: what the shortest split takes. A leaf is two doubles.
    private const int SmallestSplitBytes = 1 + 8 + 1 + 1 + 1 + 8;

    // Counts of splits and sets, and one leaf.
    private const int SmallestTreeBytes = 1 + 1 + 16;

    // Name length and the fixed value.
    private const int SmallestInputBytes = 1 + 4;

    public static void Write(string path, TreeModel model)
    {
        ByteWriter writer = new();
        TreeEnsemble ensemble = model.Ensemble;
        writer.WriteByte((byte)ensemble.Link.Function);
        writer.WriteDouble(ensemble.Link.Scale);
        writer.WriteDouble(ensemble.BaseScore);
        writer.WriteVarUInt((ulong)ensemble.Inputs.Count);
        foreach (ModelInput input in ensemble.Inputs)
        {
            writer.WriteString(input.Name);
            writer.WriteSingle(input.FixedAtServing ?? float.NaN);
        }

        writer.WriteVarUInt((ulong)ensemble.Trees.Count);
        foreach (DecisionTree tree in ensemble.Trees)
        {
            Write(writer, tree);
        }

        ChecksummedFile.Write(path, Magic, Version, stream => stream.Write(writer.Written));
    }

    public static TreeModel Read(string path)
    {
        byte[] bytes = ChecksummedFile.Read(path, Magic, out _, Version);
        try
        {
            return Parse(bytes);
        }
        catch (Exception error) when (error is CodecException or ArgumentException)
        {
            // The checksum holds, so this was written by something that is not this code.
            throw new DamagedFileException(path, error.Message);
        }
    }

    private static void Write(ByteWriter writer, DecisionTree tree)
    {
        writer.WriteVarUInt((ulong)tree.Input.Length);
        for (int split = 0; split < tree.Input.Length; split++)
        {
            writer.WriteVarUInt((ulong)tree.Input[split]);
            writer.WriteDouble(tree.Threshold[split]);
            writer.WriteByte((byte)tree.Rules[split]);
            writer.WriteVarInt(tree.Left[split]);
            writer.WriteVarInt(tree.Right[split]);
            writer.WriteDouble(tree.SplitCover[split]);
        }

        for (int leaf = 0; leaf <= tree.Input.Length; leaf++)
        {
            writer.WriteDouble(tree.LeafValue[leaf]);
            writer.WriteDouble(tree.LeafCover[leaf]);
        }

        writer.WriteVarUInt((ulong)tree.CategorySets.Count);
        foreach (uint[] set in tree.CategorySets)
        {
            writer.WriteVarUInt((ulong)set.Length);
            foreach (uint word in set)
            {
                writer.WriteUInt32(word);
            }
        }
    }

    private static TreeModel Parse(byte[] bytes)
    {
        ByteReader reader = new(bytes);
        ScoreLink link = new((LinkFunction)reader.ReadByte(), reader.ReadDouble());
        double baseScore = reader.ReadDouble();
        ModelInput[] inputs = new ModelInput[reader.ReadCount(SmallestInputBytes)];
        for (int i = 0; i < inputs.Length; i++)
        {
            inputs[i] = new ModelInput(reader.ReadString(), reader.ReadSingle() is var value && float.IsNaN(value) ? null : value);
        }

        DecisionTree[] trees = new DecisionTree[reader.ReadCount(SmallestTreeBytes)];
        for (int t = 0; t < trees.Length; t++)
        {
            trees[t] = ReadTree(ref reader);
        }

        return reader.AtEnd
            ? new TreeModel(new TreeEnsemble { Inputs = inputs, Trees = trees, BaseScore = baseScore, Link = link })
            : throw new CodecException("There are bytes behind the last tree", reader.Position);
    }

    private static DecisionTree ReadTree(ref ByteReader reader)
    {
        int splits = reader.ReadCount(SmallestSplitBytes);
        DecisionTree tree = new()
        {
            Input = new int[splits],
            Threshold = new double[splits],
            Rules = new SplitRules[splits],
            Left = new int[splits],
            Right = new int[splits],
            SplitCover = new double[splits],
            LeafValue = new double[splits + 1],
            LeafCover = new double[splits + 1],
        };
        for (int split = 0; split < splits; split++)
        {
            tree.Input[split] = ReadIndex(ref reader, reader.ReadVarUInt());
            tree.Threshold[split] = reader.ReadDouble();
            tree.Rules[split] = (SplitRules)reader.ReadByte();
            tree.Left[split] = ReadIndex(ref reader, reader.ReadVarInt());
            tree.Right[split] = ReadIndex(ref reader, reader.ReadVarInt());
            tree.SplitCover[split] = reader.ReadDouble();
        }

        for (int leaf = 0; leaf <= splits; leaf++)
        {
            tree.LeafValue[leaf] = reader.ReadDouble();
            tree.LeafCover[leaf] = reader.ReadDouble();
        }

        uint[][] sets = new uint[reader.ReadCount()][];
        for (int s = 0; s < sets.Length; s++)
        {
            sets[s] = new uint[reader.ReadCount(sizeof(uint))];
            foreach (ref uint word in sets[s].AsSpan())
            {
                word = reader.ReadUInt32();
            }
        }

        return tree with { CategorySets = sets };
    }

    private static int ReadIndex(ref ByteReader reader, ulong value) =>
        value <= int.MaxValue ? (int)value : throw new CodecException("An index is too large", reader.Position);

    private static int ReadIndex(ref ByteReader reader, long value) =>
        value is >= int.MinValue and <= int.MaxValue ? (int)value : throw new CodecException("An index is too large", reader.Position);
}
