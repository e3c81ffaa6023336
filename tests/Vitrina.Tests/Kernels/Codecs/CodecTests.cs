using Vitrina.Kernels.Chance;
using Vitrina.Kernels.Codecs;

namespace Vitrina.Tests.Kernels.Codecs;

public class CodecTests
{
    private static readonly string[] Texts = ["", "a", "Blåhaj 鲨鱼 🦈", new('x', 5000)];

    [Fact]
    public void Whatever_is_written_is_read_back()
    {
        var writer = new ByteWriter(0);
        for (ulong seed = 0; seed < 200; seed++)
        {
            writer.Clear();
            var plan = RandomStream.For(seed, "codec");
            for (var step = 0; step < 60; step++)
            {
                Write(writer, ref plan);
            }
            plan = RandomStream.For(seed, "codec");
            var reader = new ByteReader(writer.Written);
            for (var step = 0; step < 60; step++)
            {
                ReadAndCompare(ref reader, ref plan);
            }
            Assert.True(reader.AtEnd);
            Assert.Equal(writer.Length, reader.Position);
        }
    }

    [Fact]
    public void The_bytes_are_fixed()
    {
        var writer = new ByteWriter();
        writer.WriteVarUInt(300);
        writer.WriteVarInt(-1);
        writer.WriteUInt32(0x01020304);
        writer.WriteSingle(1f);
        writer.WriteString("é");
        writer.WriteOptionalString(null);
        writer.WriteOptionalString("");
        writer.WriteBlob([9, 8]);
        Assert.Equal("AC0201040302010000803F02C3A90001020908", Convert.ToHexString(writer.ToArray()));
        Assert.Equal(writer.ToArray(), writer.WrittenMemory.ToArray());
    }

    [Fact]
    public void Numbers_at_the_edges_survive()
    {
        var writer = new ByteWriter();
        long[] values = [0, 1, -1, 63, 64, -64, -65, int.MaxValue, int.MinValue, long.MaxValue, long.MinValue];
        foreach (var value in values)
        {
            writer.WriteVarInt(value);
            writer.WriteVarUInt((ulong)value);
        }
        var reader = new ByteReader(writer.Written);
        foreach (var value in values)
        {
            Assert.Equal(value, reader.ReadVarInt());
            Assert.Equal((ulong)value, reader.ReadVarUInt());
        }
    }

    [Fact]
    public void Every_cut_is_noticed()
    {
        var writer = new ByteWriter();
        writer.WriteVarUInt(ulong.MaxValue);
        writer.WriteDouble(2);
        writer.WriteString("twelve bytes");
        writer.WriteBlob(new byte[20]);
        var whole = writer.ToArray();
        for (var length = 0; length < whole.Length; length++)
        {
            var cut = whole[..length];
            Assert.Throws<CodecException>(() =>
            {
                var reader = new ByteReader(cut);
                reader.ReadVarUInt();
                reader.ReadDouble();
                reader.ReadString();
                reader.ReadBlob();
            });
        }
    }

    [Theory]
    [InlineData("FFFFFFFFFFFFFFFFFF02", 9)]
    [InlineData("FFFFFFFFFFFFFFFFFFFF01", 9)]
    [InlineData("8000", 1)]
    public void Malformed_numbers_are_refused_with_their_place(string hex, int near)
    {
        var error = Assert.Throws<CodecException>(() => new ByteReader(Convert.FromHexString(hex)).ReadVarUInt());
        Assert.InRange(error.Position, near, near + 1);
    }

    [Theory]
    [InlineData("02C328")]
    [InlineData("03EDA080")]
    [InlineData("01FF")]
    public void Malformed_text_is_refused(string hex) =>
        Assert.Throws<CodecException>(() => new ByteReader(Convert.FromHexString(hex)).ReadString());

    [Fact]
    public void Impossible_lengths_are_refused_before_anything_is_allocated()
    {
        var writer = new ByteWriter();
        writer.WriteVarUInt(int.MaxValue - 1);
        var bytes = writer.ToArray();
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<CodecException>(() => new ByteReader(bytes).ReadString());
        Assert.Throws<CodecException>(() => new ByteReader(bytes).ReadOptionalString());
        Assert.Throws<CodecException>(() => { new ByteReader(bytes).ReadBlob(); });
        Assert.Throws<CodecException>(() => new ByteReader(bytes).ReadCount(4));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000_000);
    }

    [Fact]
    public void Random_bytes_give_values_or_a_codec_exception_and_nothing_else()
    {
        var stream = RandomStream.For(5, "noise");
        for (var trial = 0; trial < 3000; trial++)
        {
            var bytes = new byte[stream.NextInt(40)];
            for (var index = 0; index < bytes.Length; index++)
            {
                bytes[index] = (byte)stream.NextUInt64();
            }
            var reader = new ByteReader(bytes);
            try
            {
                while (!reader.AtEnd)
                {
                    _ = stream.NextInt(4) switch
                    {
                        0 => reader.ReadString().Length,
                        1 => reader.ReadOptionalString()?.Length ?? 0,
                        2 => (int)reader.ReadVarInt(),
                        _ => reader.ReadBlob().Length,
                    };
                }
            }
            catch (CodecException error)
            {
                Assert.InRange(error.Position, 0, bytes.Length);
            }
        }
    }

    [Fact]
    public void A_reused_writer_allocates_nothing()
    {
        var writer = new ByteWriter();
        for (var round = 0; round < 2; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            writer.Clear();
            for (var value = 0; value < 1000; value++)
            {
                writer.WriteVarUInt((ulong)value);
                writer.WriteString("title");
            }
            if (round == 1)
            {
                Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
            }
        }
    }

    [Fact]
    public void An_unpaired_surrogate_is_written_as_the_replacement_character()
    {
        var writer = new ByteWriter();
        writer.WriteString("a\ud800b");
        Assert.Equal("a\ufffdb", new ByteReader(writer.Written).ReadString());
    }

    private static void Write(ByteWriter writer, ref RandomStream plan)
    {
        switch (plan.NextInt(11))
        {
            case 0: writer.WriteByte((byte)plan.NextUInt64()); break;
            case 1: writer.WriteVarUInt(plan.NextUInt64() >> plan.NextInt(64)); break;
            case 2: writer.WriteVarInt((long)plan.NextUInt64() >> plan.NextInt(64)); break;
            case 3: writer.WriteUInt32((uint)plan.NextUInt64()); break;
            case 4: writer.WriteUInt64(plan.NextUInt64()); break;
            case 5: writer.WriteInt64((long)plan.NextUInt64()); break;
            case 6: writer.WriteSingle((float)plan.NextGaussian()); break;
            case 7: writer.WriteDouble(plan.NextGaussian()); break;
            case 8: writer.WriteString(Texts[plan.NextInt(Texts.Length)]); break;
            case 9: writer.WriteOptionalString(plan.NextBool(0.5) ? null : Texts[plan.NextInt(Texts.Length)]); break;
            default:
                var bytes = new byte[plan.NextInt(50)];
                writer.WriteBlob(bytes);
                writer.WriteBytes(bytes);
                break;
        }
    }

    private static void ReadAndCompare(ref ByteReader reader, ref RandomStream plan)
    {
        switch (plan.NextInt(11))
        {
            case 0: Assert.Equal((byte)plan.NextUInt64(), reader.ReadByte()); break;
            case 1: Assert.Equal(plan.NextUInt64() >> plan.NextInt(64), reader.ReadVarUInt()); break;
            case 2: Assert.Equal((long)plan.NextUInt64() >> plan.NextInt(64), reader.ReadVarInt()); break;
            case 3: Assert.Equal((uint)plan.NextUInt64(), reader.ReadUInt32()); break;
            case 4: Assert.Equal(plan.NextUInt64(), reader.ReadUInt64()); break;
            case 5: Assert.Equal((long)plan.NextUInt64(), reader.ReadInt64()); break;
            case 6: Assert.Equal((float)plan.NextGaussian(), reader.ReadSingle()); break;
            case 7: Assert.Equal(plan.NextGaussian(), reader.ReadDouble()); break;
            case 8: Assert.Equal(Texts[plan.NextInt(Texts.Length)], reader.ReadString()); break;
            case 9: Assert.Equal(plan.NextBool(0.5) ? null : Texts[plan.NextInt(Texts.Length)], reader.ReadOptionalString()); break;
            default:
                var bytes = new byte[plan.NextInt(50)];
                Assert.Equal(bytes, reader.ReadBlob().ToArray());
                Assert.Equal(bytes, reader.ReadBytes(bytes.Length).ToArray());
                break;
        }
    }
}
