            // The methods of the NVDIMM root device for address range scrubs, with one bad range held here: what a real
            // platform's firmware keeps in its DIMMs. ACPI 6.5, 9.20.7; function numbers as in Linux's NFIT driver.
            // Integers are of 32 bits (the DSDT is revision 1), so that addresses are two double words.
            // PHI:PLO, PLN: the bad range. AHI:ALO, ALN: what the last scrub was asked for.
            Name (PHI, Zero)
            Name (PLO, Zero)
            Name (PLN, Zero)
            Name (AHI, Zero)
            Name (ALO, Zero)
            Name (ALN, Zero)
            Method (_DSM, 4, Serialized)
            {
                If ((Arg0 == ToUUID ("2f10e7a4-9e91-11e4-89d3-123b93f75cba")))
                {
                    If ((Arg2 == Zero)) { Return (Buffer (0x02) { 0x9F, 0x03 }) }
                    Local0 = Buffer (0x18) {}
                    If (((ObjectType (Arg3) == 0x04) && (SizeOf (Arg3) == One)))
                    {
                        Local1 = DerefOf (Arg3 [Zero])
                        If ((SizeOf (Local1) >= 0x10)) { Local0 = Local1 }
                    }
                    CreateDWordField (Local0, 0x00, IALO)
                    CreateDWordField (Local0, 0x04, IAHI)
                    CreateDWordField (Local0, 0x08, ILEN)
                    Switch (ToInteger (Arg2))
                    {
                        Case (0x01) {   // query ARS capabilities: persistent ARS ok, 4K output, clear unit 256
                            Return (Buffer (0x10) { 0,0,2,0, 0,0x10,0,0, 0,1,0,0, 0,0,0,0 }) }
                        Case (0x02) {   // start ARS
                            AHI = IAHI
                            ALO = IALO
                            ALN = ILEN
                            Return (Buffer (0x08) { 0,0,0,0, 1,0,0,0 }) }
                        Case (0x03) {   // ARS status
                            Local2 = 0x30
                            Local3 = Zero
                            If (((PLN != Zero) && (ALN != Zero))) { 
                                Local2 = 0x48
                                Local3 = One }
                            Name (SBUF, Buffer (0x48) {})
                            CreateDWordField (SBUF, 0x00, SSTA)
                            CreateDWordField (SBUF, 0x04, SLEN)
                            CreateDWordField (SBUF, 0x08, SALO)
                            CreateDWordField (SBUF, 0x0C, SAHI)
                            CreateDWordField (SBUF, 0x10, SRLN)
                            CreateDWordField (SBUF, 0x2C, SNUM)
                            CreateDWordField (SBUF, 0x30, RHDL)
                            CreateDWordField (SBUF, 0x38, RALO)
                            CreateDWordField (SBUF, 0x3C, RAHI)
                            CreateDWordField (SBUF, 0x40, RLNL)
                            SSTA = Zero
                            If ((ALN == Zero)) { SSTA = 0x00020000 }   // no ARS performed this boot
                            SLEN = Local2
                            SALO = ALO
                            SAHI = AHI
                            SRLN = ALN
                            SNUM = Local3
                            RHDL = One
                            RALO = PLO
                            RAHI = PHI
                            RLNL = PLN
                            CreateField (SBUF, Zero, (Local2 << 0x03), SOUT)
                            Return (SOUT) }
                        Case (0x04) {   // clear uncorrectable error
                            Local4 = (IALO + ILEN)
                            Local5 = (PLO + PLN)
                            If ((((PLN != Zero) && (IAHI == PHI)) && ((IALO < Local5) && (Local4 > PLO))))
                            {
                                If (((IALO <= PLO) && (Local4 >= Local5))) { PLN = Zero }
                                ElseIf ((IALO <= PLO)) { 
                                    PLN = (Local5 - Local4)
                                    PLO = Local4 }
                                Else { PLN = (IALO - PLO) }
                            }
                            Name (CBUF, Buffer (0x10) {})
                            CreateDWordField (CBUF, 0x08, CLEN)
                            CLEN = ILEN
                            Return (CBUF) }
                        Case (0x07) {   // inject
                            Local5 = (PLO + PLN)
                            If ((((PLN != Zero) && (IAHI == PHI)) && ((IALO >= PLO) && (IALO <= (Local5 + 0x0200)))))
                            {
                                If (((IALO + ILEN) > Local5)) { PLN = ((IALO + ILEN) - PLO) }
                            }
                            Else {
                                PHI = IAHI
                                PLO = IALO
                                PLN = ILEN }
                            Return (Buffer (0x04) { 0,0,0,0 }) }
                        Case (0x08) {   // un-inject
                            PLN = Zero
                            Return (Buffer (0x04) { 0,0,0,0 }) }
                        Case (0x09) {   // injected list
                            Name (IBUF, Buffer (0x18) {})
                            CreateDWordField (IBUF, 0x04, INUM)
                            CreateDWordField (IBUF, 0x08, JALO)
                            CreateDWordField (IBUF, 0x0C, JAHI)
                            CreateDWordField (IBUF, 0x10, JLEN)
                            INUM = Zero
                            If ((PLN != Zero)) { INUM = One }
                            JALO = PLO
                            JAHI = PHI
                            JLEN = PLN
                            Return (IBUF) }
                    }
                }
                Return (NCAL (Arg0, Arg1, Arg2, Arg3, Zero))
            }
